import type { Stack } from "./stack.ts";

/** A site whose sessions are in a cache with a unix socket. */
export const sessions: Stack = {
	name: "sessions",
	packages: ["memcached", "nginx", "php8.4-fpm", "php8.4-memcached", "socat"],
	services: ["memcached", "php8.4-fpm", "nginx"],
	configure: `printf -- '-m 64\\n-u memcache\\n-s /run/memcached/memcached.sock\\n-a 0766\\n-P /run/memcached/memcached.pid\\n' >/etc/memcached.conf
printf 'session.save_handler=memcached\\nsession.save_path=/run/memcached/memcached.sock\\n' >/etc/php/8.4/fpm/conf.d/99-stack.ini
mkdir -p /srv/shop/public; echo '<?php session_start(); echo "visit ", $_SESSION["n"] = ($_SESSION["n"] ?? 0) + 1;' >/srv/shop/public/index.php
cat >/etc/nginx/sites-enabled/default <<'X'
server {
	listen 80 default_server;
	root /srv/shop/public;
	index index.php;
	location ~ \\.php$ { include snippets/fastcgi-php.conf; fastcgi_pass unix:/run/php/php8.4-fpm.sock; }
}
X`,
	questions: {
		visitor: `curl -fsS -m 10 -c "/tmp/$mark" http://127.0.0.1/ | grep -qx 'visit 1' && curl -fsS -m 10 -b "/tmp/$mark" http://127.0.0.1/ | grep -qx 'visit 2'`,
		"www-data at the cache":
			"printf 'version\\r\\nquit\\r\\n' | runuser -u www-data -- socat - UNIX-CONNECT:/run/memcached/memcached.sock | grep -q ^VERSION",
	},
	options: {
		memcached:
			"--probe 'printf \"version\\r\\nquit\\r\\n\" | socat - UNIX-CONNECT:$CAGEWRIGHT_ROOT/run/memcached/memcached.sock | grep -q ^VERSION'",
	},
	upgraded: "memcached",
};
