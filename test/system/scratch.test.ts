import { test } from "vitest";
import { boot, bootTime } from "./booted.ts";

test(
	"x",
	async () => {
		const s = await boot({ services: ["redis-server", "nginx"] });
		const show = async (l: string) => {
			const r = await s.run(l);
			console.log(`$ ${l} -> ${r.status}\n${r.stdout}${r.stderr}`);
		};
		await show("cagewright adopt nginx --yes");
		await show(
			"cagewright show nginx --history; ls -laR /var/log/nginx /var/lib/cagewright/cages/nginx/data | head -60; systemctl cat nginx | tail -150; curl -sI localhost | head -3",
		);
		await show("systemctl reload nginx; systemctl status nginx; journalctl -u nginx --no-pager | tail -20");
		await show("cagewright release nginx --yes");
		await show("cagewright adopt redis-server --dry-run");
		await show("cagewright make redis-server.service --yes");
		await show("cagewright adopt redis-server --dry-run");
		await show("cagewright adopt redis-server");
		await show(
			"strace -f -o /tmp/s -e trace=rename,unlink -e signal=none cagewright adopt redis-server --yes; grep -c rename /tmp/s; grep rename /tmp/s | cut -c1-200",
		);
		await show(
			"strace -f -o /tmp/s -e trace=rename,unlink -e signal=none cagewright release redis-server --yes --lang de; grep -c rename /tmp/s; grep rename /tmp/s | cut -c1-200",
		);
		await show(
			"rm /var/lib/cagewright/cages/redis-server/current/usr/bin/redis-check-rdb; cagewright adopt redis-server --yes --timeout 5",
		);
		await show("systemctl status redis-server; cagewright show redis-server --history");
		await show(
			"cd /usr/lib/x86_64-linux-gnu; cagewright make redis-server.service --yes --quiet; rm /var/lib/cagewright/cages/redis-server/current/usr/lib/x86_64-linux-gnu/libjemalloc*;  cagewright adopt redis-server --yes --timeout 5 --lang de; cagewright check redis-server",
		);
		await s.dispose();
	},
	bootTime,
);
