import { appendFileSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { bootTime } from "./booted.ts";
import { redis } from "./booted-services.ts";
import { temporaryFolder } from "./cagewright.ts";
import { type Fleet, fleet } from "./fleet.ts";

/** Three machines that serve Redis under an account with another number on each. Runs only with `npm run test:long`. */

const names = ["one", "two", "three"];
const folder = temporaryFolder("fleet");
let machines: Fleet;
let variables: object;

const everywhere = <T>(value: T) => Object.fromEntries(names.map((name) => [name, value]));
const onAll = (line: string) => Promise.all(machines.systems.map(({ must }) => must(line)));
const onOne = (line: string) => onAll(line).then(([one = ""]) => one);
const rollOut = (changed: object = {}, ...options: readonly string[]) =>
	machines.play("cagewright.cage.rollout", { ...variables, ...changed }, ...options);
const generations = () => onAll("readlink /var/lib/cagewright/cages/redis/current");
/** Device and inode of the root of the running Redis, and those of the present generation. */
const roots = () =>
	onAll("stat -L -c %d:%i /proc/$(pgrep -x redis-server)/root /var/lib/cagewright/cages/redis/current | uniq | wc -l");
const configure = (line: string) => {
	for (const { tree } of machines.systems) appendFileSync(join(tree, "etc/redis/redis.conf"), `${line}\n`);
};

beforeAll(async () => {
	machines = await fleet(folder, names);
	const [, two, three] = machines.systems;
	const renumber = (account: string, number: number) =>
		[
			`user=$(id -u ${account}) group=$(id -g ${account})`,
			`usermod -u ${number} ${account}`,
			`groupmod -g ${number} ${account}`,
			`find / -xdev -uid $user -exec chown -h ${account} {} +`,
			`find / -xdev -gid $group -exec chgrp -h ${account} {} +`,
		].join(" && ");
	const taken = Number(await machines.systems[0]?.must("id -u redis"));
	await two?.must(renumber("redis", 2105));
	await three?.must(`${renumber("redis", 3105)} && usermod -u ${taken} bind`);
	await onAll("systemctl enable --now redis-server");
	variables = {
		cage_package: machines.deb,
		cage_name: "redis",
		cage_template: "redis-server.service",
		cage_options: ["--no-selftest"],
		cage_adopt: "redis-server",
		cage_verify: [redis.probe],
		cage_batches: [1, 2],
	};
}, bootTime);

test("a rollout is predicted, moves the service of each machine into its cage, and changes nothing the second time", async () => {
	const foreseen = await rollOut({}, "--check", "--diff");
	expect(foreseen, foreseen.output).toMatchObject({ status: 0, changes: everywhere(1) });
	const first = await rollOut();
	expect(first, first.output).toMatchObject({ status: 0, failed: [] });
	expect(Object.values(first.changes).every(Boolean)).toBe(true);
	expect(await roots()).toEqual(["1", "1", "1"]);
	expect(new Set(await onAll("stat -c %u /proc/$(pgrep -x redis-server)")).size).toBe(3);
	const second = await rollOut();
	expect(second, second.output).toMatchObject({ status: 0, changes: everywhere(0) });
	expect((await rollOut({}, "--check")).changes).toEqual(everywhere(0));
	const separate = await rollOut({ cage_adopt: "" });
	expect(separate, separate.output).toMatchObject({ failed: ["one"], changes: { one: 0 } });
	expect(separate.output).toContain("redis-server.service runs on this host. Set cage_adopt");
});

test("an update that does not answer leaves the first machine as it was and does not reach the others", async () => {
	await onAll("cp -a /etc/redis/redis.conf /root/good.conf");
	configure("port 6390");
	const broken = await rollOut();
	expect(broken, broken.output).toMatchObject({ failed: ["one"], changes: { one: 0 } });
	expect(broken.output).toContain("redis stays at generation 1");
	expect(await generations()).toEqual(names.map(() => "generations/1"));
	expect(await onAll(redis.probe)).toEqual(["", "", ""]);
	await onAll("cp -a /root/good.conf /etc/redis/redis.conf");
});

test("an update that fails its verification is rolled back on the first machine", async () => {
	configure("maxclients 500");
	const foreseen = await rollOut({}, "--check", "--diff");
	expect(foreseen, foreseen.output).toMatchObject({ status: 0, changes: everywhere(1) });
	expect(foreseen.output).toContain('"path": "/etc/redis/redis.conf"');
	const refused = await rollOut({ cage_verify: ["redis-cli config get maxclients | grep -qx 100"] });
	expect(refused, refused.output).toMatchObject({ failed: ["one"] });
	expect(Object.keys(refused.changes)).toEqual(["one"]);
	expect(await generations()).toEqual(names.map(() => "generations/1"));
	expect(await roots()).toEqual(["1", "1", "1"]);
	const accepted = await rollOut();
	// After its rollback, the first machine makes the cage again, and restarts the service.
	expect(accepted, accepted.output).toMatchObject({ status: 0, changes: { one: 2, two: 1, three: 1 } });
	expect(await onAll("redis-cli config get maxclients | tail -1")).toEqual(["500", "500", "500"]);
});

test("the cages are removed, and an archive and a template of one come to all machines", async () => {
	await onOne("cd /root && cagewright export redis -o redis.tar && cagewright template save redis --as fleet");
	await onOne("cagewright template export fleet -o /root/fleet.json");
	const [archive, template] = ["redis.tar", "fleet.json"].map((name) => {
		copyFileSync(join(machines.systems[0]?.tree ?? "", "root", name), join(folder, name));
		return join(folder, name);
	});
	const absent = { cage_state: "absent" };
	expect((await rollOut(absent, "--check")).changes).toEqual(everywhere(1));
	const removed = await rollOut(absent);
	expect(removed, removed.output).toMatchObject({ status: 0, changes: everywhere(2) });
	expect((await rollOut(absent)).changes).toEqual(everywhere(0));
	expect(await onAll(`${redis.probe} && ls /var/lib/cagewright/cages`)).toEqual(["", "", ""]);

	await onAll("systemctl disable --now redis-server");
	const carried = { cage_adopt: "", cage_options: [], cage_archive_file: archive, cage_state: "present" };
	const imported = await rollOut(carried);
	expect(imported, imported.output).toMatchObject({ status: 0 });
	expect(await roots()).toEqual(["1", "1", "1"]);
	expect((await rollOut(carried)).changes).toEqual(everywhere(0));
	expect((await rollOut({ ...carried, ...absent })).status).toBe(0);

	const described = { cage_adopt: "", cage_template: "fleet", cage_template_file: template };
	// The machine that it comes from knows the template.
	expect((await rollOut(described, "--check")).changes).toEqual(everywhere(1));
	const made = await rollOut(described);
	expect(made, made.output).toMatchObject({ status: 0 });
	expect(await roots()).toEqual(["1", "1", "1"]);
	expect((await rollOut(described, "--check")).changes).toEqual(everywhere(0));
	expect((await rollOut({ ...described, ...absent })).status).toBe(0);
	expect(await onAll("ls /var/lib/cagewright/cages; ls /etc/systemd/system | grep cage || true")).toEqual(["", "", ""]);
});
