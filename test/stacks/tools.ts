import type { Stack } from "./stack.ts";

/** A web server and a database, and the tools with which their administrator steers them. */
export const tools: Stack = {
	name: "tools",
	packages: ["apache2", "postgresql"],
	services: ["postgresql@17-main", "apache2"],
	configure: `mkdir -p /var/www/html; echo 'ServerName localhost' >/etc/apache2/conf-enabled/name.conf`,
	questions: {
		visitor: 'echo "$mark" >/var/www/html/mark && curl -fsS -m 10 http://127.0.0.1/mark | grep -q "$mark"',
		"apachectl graceful":
			"before=$(pgrep -u www-data -o apache2) && apachectl graceful && sleep 1 && curl -fsS -m 10 -o /dev/null http://127.0.0.1/mark && ! kill -0 $before",
		"systemctl reload of apache2": "systemctl reload apache2 && curl -fsS -m 10 -o /dev/null http://127.0.0.1/mark",
		"logrotate of apache2":
			'logrotate -f /etc/logrotate.d/apache2 && sleep 1 && curl -fsS -m 10 -o /dev/null "http://127.0.0.1/mark?$mark" && grep -q "$mark" /var/log/apache2/access.log',
		"psql of postgres": "runuser -u postgres -- psql -tAc 'select 1' | grep -qx 1",
		"reload of postgresql": `size=$(($(od -An -N1 -tu1 /dev/urandom) + 64)) && runuser -u postgres -- psql -qc "alter system set work_mem='\${size}kB'" && systemctl reload postgresql@17-main && sleep 1 && runuser -u postgres -- psql -tAc 'show work_mem' | grep -qx "\${size}kB"`,
		"pg_dumpall of postgres": "runuser -u postgres -- pg_dumpall | grep -q 'cluster dump complete'",
	},
	options: { "postgresql@17-main": "--allow-secret /etc/ssl/private/ssl-cert-snakeoil.key" },
	upgraded: "apache2",
};
