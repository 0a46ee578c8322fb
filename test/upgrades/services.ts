/** A service of Debian 12 that goes through distribution upgrades in its cage. */
export interface UpgradedService {
	/** The cage's name. */
	readonly name: string;
	/** The first one is the one whose versions are reported. */
	readonly packages: readonly string[];
	/** The distribution's or administrator's service, without `.service`. */
	readonly service: string;
	/** Adopted, or a cage with a unit of its own. */
	readonly how: "adopted" | "unit";
	/** Shell lines of root, run once in the tree before its first boot. */
	readonly configure?: string;
	/** Shell lines of root, run once while the service runs. */
	readonly fill?: string;
	/** A client on the host, which exits with 0 if it was served. */
	readonly question: string;
	/** Cagewright knows no probe, so it gets the question. */
	readonly hasNoProbe?: true;
	/** A release whose upgrade stops the service and does not start it again, in a cage or not. */
	readonly stoppedBy?: string;
	/** Options of `adopt` or `make`. */
	readonly options?: string;
}

/** The service has no port that another one of this list has. */
export const upgradedServices: readonly UpgradedService[] = [
	{
		name: "nginx",
		packages: ["nginx"],
		service: "nginx",
		how: "adopted",
		configure: `mkdir -p /srv/site; echo hello >/srv/site/index.html
echo 'server { listen 8081; root /srv/site; }' >/etc/nginx/sites-available/default`,
		question: "curl -fsS http://127.0.0.1:8081/ | grep -qx hello",
	},
	{
		name: "redis-server",
		packages: ["redis-server", "redis-tools"],
		service: "redis-server",
		how: "adopted",
		fill: "redis-cli set kept 42 && redis-cli save",
		question: 'test "$(redis-cli get kept)" = 42',
	},
	{
		name: "pages",
		packages: ["perl", "libhttp-daemon-perl"],
		service: "pages",
		how: "unit",
		configure: `useradd -r -M -d /nonexistent pages
mkdir -p /opt/pages; cat >/opt/pages/serve <<'P'
#!/usr/bin/perl
use strict;
use warnings;
use HTTP::Daemon;
my $server = HTTP::Daemon->new(LocalAddr => "127.0.0.1", LocalPort => 8088, ReuseAddr => 1) or die "no port: $!";
while (my $client = $server->accept) {
	while (my $request = $client->get_request) {
		require Time::Piece;
		$client->send_response(HTTP::Response->new(200, "OK", ["Content-Type" => "text/plain"], "pages " . Time::Piece::localtime()->year . "\\n"));
	}
	$client->close;
}
P
chmod 755 /opt/pages/serve
printf '[Service]\\nUser=pages\\nExecStart=/opt/pages/serve\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/pages.service
systemctl enable pages.service`,
		question: "curl -fsS http://127.0.0.1:8088/ | grep -q '^pages 20'",
	},
	{
		name: "postgresql",
		packages: ["postgresql"],
		service: "postgresql@15-main",
		how: "adopted",
		fill: `runuser -u postgres -- psql -p 5432 -qc 'create table kept as select 42 as n'`,
		question: "runuser -u postgres -- psql -p 5432 -tAc 'select n from kept' | grep -qx 42",
		options: "--allow-secret /etc/ssl/private/ssl-cert-snakeoil.key",
	},
	{
		name: "apache2",
		packages: ["apache2"],
		service: "apache2",
		how: "adopted",
		configure: "echo hello >/var/www/html/index.html; echo 'ServerName localhost' >/etc/apache2/conf-enabled/name.conf",
		question: "curl -fsS http://127.0.0.1/ | grep -qx hello",
	},
	{
		name: "lighttpd",
		packages: ["lighttpd"],
		service: "lighttpd",
		how: "unit",
		configure: `sed -i 's/^server.port.*/server.port = 8082/; s/^include_shell.*use-ipv6.*//' /etc/lighttpd/lighttpd.conf
mkdir -p /srv/light; echo hello >/srv/light/index.html
sed -i 's,^server.document-root.*,server.document-root = "/srv/light",' /etc/lighttpd/lighttpd.conf`,
		question: "curl -fsS http://127.0.0.1:8082/ | grep -qx hello",
	},
	{
		name: "haproxy",
		packages: ["haproxy"],
		service: "haproxy",
		how: "adopted",
		configure: `printf 'frontend web\\n bind 127.0.0.1:8083\\n http-request return status 200 content-type text/plain string hello\\n' >>/etc/haproxy/haproxy.cfg`,
		question: "curl -fsS http://127.0.0.1:8083/ | grep -q hello",
	},
	{
		name: "rsync",
		packages: ["rsync"],
		service: "rsync",
		how: "adopted",
		configure: `mkdir -p /srv/files; echo hello >/srv/files/hello; printf '[files]\\npath = /srv/files\\n' >/etc/rsyncd.conf
systemctl enable rsync.service`,
		question: "rsync -q rsync://127.0.0.1/files/hello /tmp/hello && grep -qx hello /tmp/hello",
	},
	{
		name: "dovecot",
		packages: ["dovecot-imapd"],
		service: "dovecot",
		how: "adopted",
		question: `ask tcp 143 '' 'OK ' 'a CAPABILITY\\r\\n' 'IMAP4rev1'`,
		options: "--allow-secret /etc/ssl/private/ssl-cert-snakeoil.key --accept-finding lockout",
	},
	{
		name: "named",
		packages: ["bind9"],
		service: "named",
		how: "adopted",
		configure: `printf '$TTL 60\\n@ IN SOA ns root 1 3600 600 86400 60\\n@ IN NS ns\\nns IN A 127.0.0.1\\nwww IN A 192.0.2.7\\n' >/etc/bind/example.test.zone
echo 'zone "example.test" { type primary; file "/etc/bind/example.test.zone"; };' >>/etc/bind/named.conf.local`,
		question: "dig +short +time=2 +tries=1 @127.0.0.1 www.example.test A | grep -qx 192.0.2.7",
		options: "--allow-secret /etc/bind/rndc.key",
	},
	{
		name: "dnsmasq",
		packages: ["dnsmasq"],
		service: "dnsmasq",
		how: "unit",
		configure: `printf 'port=5300\\nno-resolv\\naddress=/example.test/192.0.2.7\\n' >/etc/dnsmasq.d/example.conf`,
		question: "dig +short +time=2 +tries=1 @127.0.0.1 -p 5300 example.test | grep -qx 192.0.2.7",
	},
	{
		name: "mariadb",
		packages: ["mariadb-server"],
		service: "mariadb",
		how: "adopted",
		fill: "mariadb -e 'create database kept; create table kept.t (n int); insert into kept.t values (42)'",
		// The client of Debian 13 wants TLS, which the server of Debian 12 does not have.
		question: "mariadb --skip-ssl -N -e 'select n from kept.t' | grep -qx 42",
	},
	{
		name: "memcached",
		packages: ["memcached"],
		service: "memcached",
		how: "unit",
		question: `ask tcp 11211 'version\\r\\n' 'VERSION'`,
	},
	{
		name: "privoxy",
		packages: ["privoxy"],
		service: "privoxy",
		how: "adopted",
		question: "curl -fsS -x http://127.0.0.1:8118 http://config.privoxy.org/show-status | grep -q Privoxy",
	},
	{
		name: "mosquitto",
		packages: ["mosquitto", "mosquitto-clients"],
		service: "mosquitto",
		how: "adopted",
		question: "(sleep 1; mosquitto_pub -t question -m hello) & timeout 5 mosquitto_sub -t question -C 1 | grep -q hello",
	},
	{
		name: "radicale",
		packages: ["radicale"],
		service: "radicale",
		how: "adopted",
		configure: `sed -i 's/^#\\?hosts = .*/hosts = 127.0.0.1:5232/' /etc/radicale/config
sed -i '/^\\[auth\\]/,/^\\[rights\\]/s/^#\\?type = .*/type = none/' /etc/radicale/config
mkdir -p /var/lib/radicale/collections; chown -R radicale: /var/lib/radicale; systemctl enable radicale.service`,
		hasNoProbe: true,
		// preinst stops it before an upgrade, and postinst starts nothing.
		stoppedBy: "trixie",
		question: "curl -fsS http://127.0.0.1:5232/.web/ | grep -qi radicale",
	},
	{
		name: "shop",
		packages: ["python3", "gunicorn", "python3-flask", "python3-yaml"],
		service: "shop",
		how: "unit",
		configure: `useradd -r -M -d /nonexistent shop
mkdir -p /opt/shop; cat >/opt/shop/shop.py <<'P'
from flask import Flask
app = Flask(__name__)


@app.get("/")
def top():
    import sqlite3, yaml
    return yaml.dump({"hello": sqlite3.sqlite_version})
P
printf '[Service]\\nUser=shop\\nWorkingDirectory=/opt/shop\\nExecStart=/usr/bin/gunicorn -w 2 -b 127.0.0.1:8000 shop:app\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/shop.service
systemctl enable shop.service`,
		question: "curl -fsS http://127.0.0.1:8000/ | grep -q hello",
	},
	{
		name: "postgrey",
		packages: ["postgrey"],
		service: "postgrey",
		how: "adopted",
		hasNoProbe: true,
		question: `ask tcp 10023 'request=smtpd_access_policy\\nprotocol_state=RCPT\\nprotocol_name=SMTP\\nclient_address=192.0.2.9\\nclient_name=x.test\\nhelo_name=x\\nsender=a@x.test\\nrecipient=b@y.test\\n\\n' 'action='`,
	},
	{
		name: "tomcat10",
		packages: ["tomcat10"],
		service: "tomcat10",
		how: "adopted",
		hasNoProbe: true,
		question: "curl -fsS http://127.0.0.1:8080/ | grep -q 'It works'",
		// Java asks /proc/net whether the machine has IPv6.
		options: "--allow own-process --allow kernel-proc",
	},
	{
		name: "ngircd",
		packages: ["ngircd"],
		service: "ngircd",
		how: "unit",
		question: `ask tcp 6667 'NICK here\\r\\nUSER here 0 * :c\\r\\n' ' 001 here '`,
	},
];
