import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { blocksOf, follow, guidePages } from "./documented-commands.ts";

/**
 * Follows the guide, page by page, in a Debian without a network. Each page begins with the cages `redis` and `nginx`, and with their
 * services running. `npm run test:long` follows them.
 */

const pages = guidePages.filter((page) => blocksOf(page).some(({ notRun }) => notRun === undefined));
const followed = isLong ? pages : [];

const adoptsMariadb = `cagewright adopt mariadb --client-probe 'runuser -u www-data -- mariadb -e "select 1" shop' --yes`;
const account = "'www-data'@localhost";
const database = `create database shop; create user ${account} identified via unix_socket; grant select on shop.* to ${account}`;
const runsCaged = "systemctl stop redis-server; cagewright unit redis --install && systemctl start cage-redis";
/** What a page supposes before one of its commands. */
const supposed: Readonly<Record<string, string>> = {
	"cagewright trace redis --for 24h": runsCaged,
	"cagewright signal redis HUP": runsCaged,
	"cagewright update redis --dry-run": "echo '# changed' >>/etc/redis/redis.conf",
	"cagewright remove redis": "systemctl stop cage-redis",
	// The other way to remove it.
	"cagewright remove redis --keep-data": "cagewright make redis --yes --quiet",
	[adoptsMariadb]: `systemctl start mariadb && mariadb -e "${database}"`,
	"cagewright unit nginx --deploy-hook --install": "mkdir -p /etc/letsencrypt/renewal-hooks/deploy",
};

const state = "/var/lib/cagewright";
let system: Booted;
beforeAll(async () => {
	if (!followed.length) return;
	// nmbd fails, because the network has no broadcasts.
	system = await boot({ packages: ["mariadb-server", "samba"], isTolerant: true });
	writeFileSync(join(system.tree, "etc/resolv.conf"), "");
	await system.must("cagewright make redis --yes --quiet && cagewright make nginx --yes --quiet");
	await system.must(`cp -a ${state} ${state}.first; cp -a /etc /etc.first`);
}, bootTime);

/** Brings back the cages, units and services with which each page begins. */
async function begin(): Promise<void> {
	await system.must("systemctl stop 'cage-*' redis-server nginx mariadb; rm -rf /srv/pages /root/*");
	await system.must(`rm -rf ${state} && cp -a ${state}.first ${state} && cp -a /etc.first/. /etc`);
	await system.must("rm -rf /etc/systemd/system/cage-* /etc/systemd/system/*.service.d /etc/logrotate.d/cage-*");
	await system.must("systemctl daemon-reload; systemctl start redis-server nginx");
}

test.runIf(followed.length).each(followed)(
	"every command of %s runs",
	async (page) => {
		await begin();
		for (const block of blocksOf(page)) {
			if (block.notRun !== undefined) continue;
			for (const command of block.commands) {
				const before = supposed[command.line];
				if (before !== undefined) await system.must(before);
				await follow(system, command).catch((error) => {
					throw new Error(`${block.place}: ${error.message}`);
				});
			}
		}
	},
	600_000,
);

test("every block that no test runs has a reason, and most blocks run", () => {
	const blocks = guidePages.flatMap(blocksOf);
	const left = blocks.filter(({ notRun }) => notRun !== undefined);
	for (const { notRun, place } of left) expect(notRun, place).toMatch(/^(needs|npm|a container) .+/);
	expect(left.length).toBeLessThan(blocks.length / 2);
});
