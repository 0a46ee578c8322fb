import type { Stack } from "./stack.ts";

/** Asks git's CGI program for the references that a client may fetch or push, over fcgiwrap's socket. */
const references = (service: string) =>
	`env REQUEST_METHOD=GET SCRIPT_FILENAME=/usr/lib/git-core/git-http-backend GIT_PROJECT_ROOT=/srv/git GIT_HTTP_EXPORT_ALL= PATH_INFO=/app.git/info/refs QUERY_STRING=service=${service} REMOTE_USER=a cgi-fcgi -bind -connect $CAGEWRIGHT_ROOT/run/fcgiwrap/socket | grep -aq service=${service}`;

/** Repositories that a web server offers by CGI programs behind a socket. */
export const git: Stack = {
	name: "git",
	packages: ["fcgiwrap", "git", "libfcgi-bin", "nginx"],
	services: ["fcgiwrap", "nginx"],
	// A cage gets a socket with its directory, which must not be /run.
	configure: `mkdir -p /etc/systemd/system/fcgiwrap.socket.d; systemctl stop fcgiwrap.socket fcgiwrap
printf '[Socket]\\nListenStream=\\nListenStream=/run/fcgiwrap/socket\\n' >/etc/systemd/system/fcgiwrap.socket.d/place.conf
systemctl daemon-reload
git init -q --bare /srv/git/app.git
git --git-dir=/srv/git/app.git config http.receivepack true
chown -R www-data:www-data /srv/git
cat >/etc/nginx/sites-enabled/default <<'X'
server {
	listen 80 default_server;
	location ~ ^/git(/.*)$ {
		include fastcgi_params;
		fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
		fastcgi_param GIT_HTTP_EXPORT_ALL "";
		fastcgi_param GIT_PROJECT_ROOT /srv/git;
		fastcgi_param PATH_INFO $1;
		fastcgi_pass unix:/run/fcgiwrap/socket;
	}
}
X`,
	questions: {
		"a person who pushes": `d=$(mktemp -d) && chmod 755 $d && chown nobody $d && cd $d && runuser -u nobody -- env HOME=$d sh -ec "git clone -q http://127.0.0.1/git/app.git && cd app && echo $mark >$mark && git add $mark && git -c user.name=a -c user.email=a@b.c commit -qm $mark && git push -q origin HEAD:refs/heads/$mark"; s=$?; rm -rf $d; exit $s`,
		"git of www-data": `git ls-remote -q http://127.0.0.1/git/app.git | sort >/tmp/served && runuser -u www-data -- git ls-remote -q /srv/git/app.git | sort | cmp - /tmp/served && test -s /tmp/served`,
	},
	options: {
		fcgiwrap: `--probe '${references("git-upload-pack")}' --exercise '${references("git-receive-pack")}' --bind /srv/git:rw`,
		nginx: "--allow socket:/run/fcgiwrap/socket",
	},
	upgraded: "fcgiwrap",
};
