// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such variables are the shell's, not ours
import { describe, expect, it } from "vitest";
import { hasAlternatives, programsOfLine } from "../../src/service/shell.ts";
import { execOfShellLine } from "../../src/service/shell-exec.ts";
import { behindStartScript } from "../../src/service/start-scripts.ts";

const of = (line: string, files: Record<string, string> = {}, env: Record<string, string> = {}) =>
	behindStartScript(line.split(" "), (path) => files[path], env);

describe("the command behind a start script", () => {
	it("of apachectl has the variables of envvars", () => {
		const envvars = [
			"# settings",
			"unset HOME",
			'if [ "${APACHE_CONFDIR##/etc/apache2-}" != "${APACHE_CONFDIR}" ] ; then',
			'	SUFFIX="-x"',
			"fi",
			"export APACHE_RUN_USER=web",
			"export APACHE_RUN_DIR=/var/run/apache2$SUFFIX",
			"export APACHE_PID_FILE=/var/run/apache2$SUFFIX/apache2.pid",
			"export APACHE_LOG_DIR=/srv/log",
			"export LANG=C",
			"#export APACHE_ARGUMENTS='-D NO'",
		].join("\n");
		expect(of("/usr/sbin/apachectl start", { "/etc/apache2/envvars": envvars })).toEqual({
			command: ["/usr/sbin/apache2"],
			env: {
				APACHE_RUN_USER: "web",
				APACHE_RUN_GROUP: "www-data",
				APACHE_PID_FILE: "/var/run/apache2/apache2.pid",
				APACHE_RUN_DIR: "/var/run/apache2",
				APACHE_LOCK_DIR: "/var/lock/apache2",
				APACHE_LOG_DIR: "/srv/log",
			},
			directories: ["/var/run/apache2", "/var/lock/apache2"],
		});
	});

	it("of apachectl works for a second instance", () => {
		const start = of("apachectl start", {}, { APACHE_CONFDIR: "/etc/apache2-shop" });
		expect(start?.command).toEqual(["/usr/sbin/apache2", "-d", "/etc/apache2-shop"]);
		expect(start?.env?.APACHE_RUN_DIR).toBe("/var/run/apache2-shop");
	});

	it("of pg_ctlcluster is postgres", () => {
		const place = "17/main";
		expect(of("/usr/bin/pg_ctlcluster --skip-systemctl-redirect 17-main start")).toEqual({
			command: [
				"/usr/lib/postgresql/17/bin/postgres",
				"-D",
				`/var/lib/postgresql/${place}`,
				"-c",
				`config_file=/etc/postgresql/${place}/postgresql.conf`,
			],
			user: "postgres",
			directories: ["/run/postgresql"],
		});
		expect(of("/usr/bin/pg_ctlcluster 17-main reload")).toBeUndefined();
	});

	it("of memcached has its file's options without -d and a log file", () => {
		const file = "# memory\n-d\nlogfile /var/log/memcached.log\n-m 64 # MiB\n-u memcache\n\n-l ::1\n";
		expect(of("/usr/share/memcached/scripts/systemd-memcached-wrapper /etc/m.conf", { "/etc/m.conf": file })?.command).toEqual(
			"/usr/bin/memcached -m 64 -u memcache -l ::1".split(" "),
		);
	});

	it("of dnsmasq has its defaults, trust anchors and instance", () => {
		const files = {
			"/etc/default/dnsmasq.lan": 'DNSMASQ_OPTS="--no-hosts"\nCONFIG_DIR=/etc/dnsmasq.d,.dpkg-dist\nDNSMASQ_EXCEPT="lo eth1"\n',
			"/usr/share/dns/root.ds": ".	IN	DS	20326 8 2 E06D\n",
		};
		expect(of("/usr/share/dnsmasq/systemd-helper exec lan", files)?.command.join(" ")).toBe(
			"/usr/sbin/dnsmasq -x /run/dnsmasq/dnsmasq.lan.pid -u dnsmasq -I lo -I eth1 -7 /etc/dnsmasq.d,.dpkg-dist --no-hosts --local-service --trust-anchor=.,20326,8,2,E06D",
		);
		expect(of("/usr/share/dnsmasq/systemd-helper checkconfig")).toBeUndefined();
		expect(of("/opt/systemd-helper exec")).toBeUndefined();
	});

	it("of ntpd is ntpd", () => {
		const start = of("/usr/libexec/ntpsec/ntp-systemd-wrapper", { "/etc/default/ntpsec": 'NTPD_OPTS="-g -N"' });
		expect(start?.command.join(" ")).toBe("/usr/sbin/ntpd -p /run/ntpd.pid -c /etc/ntpsec/ntp.conf -g -N -u ntpsec:ntpsec");
	});
});

describe("the final command of a shell line", () => {
	const mariadb =
		"set -f; [ ! -e /usr/bin/galera_recovery ] && VAR= ||  VAR=`/usr/bin/galera_recovery`; [ $? -eq 0 ] || exit 1;  exec /usr/sbin/mariadbd $MYSQLD_OPTS $_WSREP_NEW_CLUSTER $VAR";
	const slapd =
		'mkdir -p /run/slapd; \tchown "$SLAPD_USER":"$SLAPD_GROUP" /run/slapd; \t[ -d "$SLAPD_CONF" ] && confflag=-F || confflag=-f; \texec /usr/sbin/slapd -d0 \t${SLAPD_SERVICES:+-h "$SLAPD_SERVICES"} ${SLAPD_USER:+-u "$SLAPD_USER"} ${SLAPD_CONF:+$confflag "$SLAPD_CONF"} $SLAPD_OPTIONS';
	const exec = (line: string, variables: Record<string, string> = {}) => execOfShellLine(["/bin/sh", "-c", line], variables);

	it("of Debian 13's mariadb is found", () => {
		expect(exec(mariadb, { MYSQLD_OPTS: "--a=1 --b" })).toEqual({
			words: ["/usr/sbin/mariadbd", "--a=1", "--b"],
			missing: ["_WSREP_NEW_CLUSTER"],
			before: [],
		});
	});

	it("of Debian 13's slapd is found", () => {
		const account = { SLAPD_USER: "openldap", SLAPD_GROUP: "ldap" };
		const services = { ...account, SLAPD_SERVICES: "ldap:/// ldapi:///", SLAPD_CONF: "", SLAPD_OPTIONS: "" };
		expect(exec(slapd, services)).toEqual({
			words: ["/usr/sbin/slapd", "-d0", "-h", "ldap:/// ldapi:///", "-u", "openldap"],
			missing: [],
			before: [
				["mkdir", "-p", "/run/slapd"],
				["chown", "openldap:ldap", "/run/slapd"],
			],
		});
		// Only a shell could tell which of the two flags applies.
		expect(exec(slapd, { ...services, SLAPD_CONF: "/etc/my.d" })).toBeUndefined();
	});

	it.each([
		["exec /bin/a", ["/bin/a"]],
		[`exec /bin/a 'x  y'"z"\\ w`, ["/bin/a", "x  yz w"]],
		['exec /bin/a "$A"', ["/bin/a", "1 2"]],
		["exec /bin/a $A", ["/bin/a", "1", "2"]],
		["exec /bin/a x${A}y", ["/bin/a", "x1", "2y"]],
		["exec /bin/a ${E:-none} ${A:-some}", ["/bin/a", "none", "1", "2"]],
		['exec /bin/a "${A:+-x}" ${E:+-y "z"}', ["/bin/a", "-x"]],
		['exec /bin/a ""', ["/bin/a", ""]],
		["B=-x; C=$B; exec /bin/a $C", ["/bin/a", "-x"]],
		["test -e /b && B=-x; exec /bin/a", ["/bin/a"]],
		["[ -x /bin/a ] || exit 0; exec /bin/a", ["/bin/a"]],
		["test -x /bin/a && exec /bin/a;", ["/bin/a"]],
		["set -euo pipefail; [ -d /run/a ] || mkdir -p /run/a && exec /bin/a", ["/bin/a"]],
	])("%s", (line, words) => expect(exec(line, { A: "1 2", E: "" })?.words).toEqual(words));

	it.each([
		"/bin/a",
		"/bin/a | exec /bin/b; /bin/c",
		"exec /bin/a >/dev/null",
		"exec /bin/a | /bin/b",
		"exec /bin/a $(id)",
		"exec /bin/a `id`",
		"exec /bin/a $1",
		"exec /bin/a ${A%x}",
		"exec /bin/a 'open",
		'exec /bin/a "open',
		"exec /bin/a ${A:-open",
		"exec /bin/a & wait",
		"echo exec /bin/a",
		"exec",
		". /etc/default/a; exec /bin/a $OPTS",
		"cd /var/lib/a && exec /bin/a",
		"umask 007 && exec /bin/a",
		"ulimit -n 65536; exec /bin/a",
		"export B=1; exec /bin/a",
		"B=1 exec /bin/a",
		"set -a; B=1; exec /bin/a",
		"A=y; exec /bin/a",
		"PATH=/opt/a; exec /bin/a",
		"test -e /b && B=-x; exec /bin/a $B",
		"touch /run/b; exec /bin/a",
		"install -m 640 /etc/b /run/b; exec /bin/a",
		"mkdir b; exec /bin/a",
		"test -x /bin/b && exec /bin/b; exec /bin/a",
		"if test -x /bin/b; then exec /bin/b; fi; exec /bin/a",
		"/bin/b || exec /bin/a",
		"test -x /bin/b || exec /bin/a",
		"exit 1; exec /bin/a",
		"exec -a name /bin/a",
	])("is not found in %s", (line) => expect(exec(line, { A: "x" })).toBeUndefined());

	it("is found only in a shell, and only with -c", () => {
		expect(execOfShellLine(["/bin/sh", "/opt/start"], {})).toBeUndefined();
		expect(execOfShellLine(["/usr/bin/python3", "-c", "exec /bin/a"], {})).toBeUndefined();
		expect(execOfShellLine(["/bin/sh", "-c", "exec /bin/a", "name"], {})).toBeUndefined();
	});
});

it.each<[string, string[]]>([
	["redis-cli -p 6379 PING | grep -q PONG", ["redis-cli", "grep"]],
	[`test "$(redis-cli PING)" = PONG`, ["redis-cli"]],
	[`test "$(redis-cli SET a b)" = OK && test "$(redis-cli GET a)" = b`, ["redis-cli"]],
	["curl -fsS -o /dev/null 'http://127.0.0.1/?a=b&c=d'", ["curl"]],
	["/usr/bin/node -e 'fetch(\"x\").then(() => process.exit(0))'", ["/usr/bin/node"]],
	["LANG=C dig @127.0.0.1 | grep -Eq 'status: (NOERROR|NXDOMAIN)'", ["dig", "grep"]],
	["if nc -z localhost 80; then exit 0; else exit 1; fi", ["nc"]],
	["! false && true; [ -e /x ]", []],
	["$CLIENT PING", []],
	["(cd / && ls) >/dev/null 2>&1", ["ls"]],
	["2>/dev/null curl x", ["curl"]],
	["> /dev/null curl x", ["curl"]],
	["echo a # then rm -rf", []],
	['printf "a; rm b"', []],
	["", []],
	["'unfinished", []],
])("%s calls %j", (line, programs) => expect(programsOfLine(line)).toEqual(programs));

it.each([
	"curl -fs x || wget -q x",
	"command -v dig >/dev/null && dig x || host x",
	"curl x || exit 0",
	"if nc -z localhost 80; then exit 0; else exit 1; fi",
	"for tool in dig host; do $tool x && exit; done; exit 1",
	"case $USER in root) dig x;; esac",
	"ask() { curl x; }; ask",
	"test $((1 + 2)) = 3",
	"nc localhost 80 <<END\nGET /\nEND",
	'test "$(curl x || wget x)" = ok',
])("%s may do without a program", (line) => expect(hasAlternatives(line)).toBe(true));

it.each([
	"dig x | grep -q y",
	"curl x || exit 1",
	"dig x && curl x",
	"! nc -z localhost 80",
	"d=$(mktemp -d) && rsync x $d; s=$?; rm -rf $d; exit $s",
	"grep 'a || b' x",
	'test "$(redis-cli PING)" = PONG',
	"curl x >&2 2>&1",
	"(cd / && ls) >/dev/null",
	"redis-cli EVAL 'if true then return 1 end' 0",
])("%s needs its programs", (line) => expect(hasAlternatives(line)).toBe(false));
