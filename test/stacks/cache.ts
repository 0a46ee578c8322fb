import type { Stack } from "./stack.ts";

/** A load balancer in front of a cache in front of a web server, and the tools of each. */
export const cache: Stack = {
	name: "cache",
	packages: ["haproxy", "nginx", "socat", "varnish"],
	services: ["nginx", "varnish", "haproxy"],
	configure: `mkdir -p /srv/site; echo welcome >/srv/site/index.html
echo 'server { listen 127.0.0.1:8080; root /srv/site; }' >/etc/nginx/sites-enabled/default
printf 'frontend web\\n bind :80\\n default_backend cache\\nbackend cache\\n server one 127.0.0.1:6081 check\\n' >>/etc/haproxy/haproxy.cfg`,
	questions: {
		browser: 'echo "$mark" >"/srv/site/$mark.html" && curl -fsS -m 10 "http://127.0.0.1/$mark.html" | grep -q "$mark"',
		"varnishadm of root": "varnishadm ban 'req.url ~ .' && varnishadm vcl.list | grep -q active",
		"varnishstat of root": "varnishstat -1 -f MAIN.client_req | grep -q client_req",
		"admin socket of haproxy": "echo 'show info' | socat - /run/haproxy/admin.sock | grep -q ^Uptime:",
	},
	options: { varnish: "--allow-secret /etc/varnish/secret --allow executable-data:/var/lib/varnish" },
	upgraded: "haproxy",
};
