import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { redis, servicesOf } from "./booted-services.ts";
import { describedJson } from "./described.ts";

/** Exported cages as services of another machine: portable services, and units for podman. */

let system: Booted;
const { answers, mainPid, property } = servicesOf(() => system);
const portables = "/var/lib/portables";
const images = some(1, [`${portables}/cage-redis_1.raw`, `${portables}/cage-redis`]);
/** Where clients find redis beside its port, in a cage of its own. */
const socket = "/run/redis/redis-server.sock";
const commands = new Map<string, string>();

beforeAll(async () => {
	system = await boot();
	copyPrograms("/usr/bin/mksquashfs");
	await system.must("cagewright make redis-server.service --name redis --no-selftest --yes --quiet");
	await system.must(`mkdir -p ${portables}`);
	for (const image of images) {
		const { status, stderr } = await system.run(`cagewright export redis --format portable -o ${image}`);
		expect(status, stderr).toBe(0);
		commands.set(image, stderr.split("or later:\n")[1] ?? "");
	}
	if (isLong) {
		copyPodman();
		await system.must(`printf 'unixsocket ${socket}\\nunixsocketperm 777\\n' >>/etc/redis/redis.conf`);
		await system.must("cagewright make redis-server.service --name offering --no-selftest --yes --quiet");
		for (const name of ["redis", "offering"]) {
			await system.must(`cagewright export ${name} --format oci -o /srv/${name}.tar --quiet`);
			await system.must(`cagewright export ${name} --format quadlet -o /srv/units-${name} --quiet`);
		}
	}
	// As after a move to another machine.
	await system.must("groupmod -g 3778 redis && usermod -u 3777 redis");
	// The container has no nodes of loop devices.
	await system.must("mknod /dev/loop-control c 10 237; for n in $(seq 0 63); do mknod -m 600 /dev/loop$n b 7 $n; done");
}, bootTime);

/** Copies this machine's programs, because packages in the tree would make every boot slower. */
function copyPrograms(...programs: readonly string[]): void {
	const libraries = execFileSync("ldd", programs, { encoding: "utf8" }).matchAll(/=> (\/\S+)/g);
	copy("--archive", "--no-clobber", "--parents", ...programs);
	copy("--dereference", "--no-clobber", "--parents", ...new Set([...libraries].map(([, library = ""]) => library)));
}

function copy(...words: readonly string[]): void {
	execFileSync("cp", [...words, system.tree]);
}

function copyPodman(): void {
	const helpers = ["/usr/libexec/podman/quadlet", "/usr/lib/podman/netavark"];
	copyPrograms("/usr/bin/podman", "/usr/bin/conmon", "/usr/bin/crun", ...helpers);
	copy("--archive", "--parents", "/usr/lib/systemd/system-generators/podman-system-generator");
	copy("--archive", "--parents", "/etc/containers", "/usr/share/containers");
}

async function noEscape(target: string): Promise<void> {
	const { status, stderr, stdout } = await system.run(`cagewright selftest ${target} --json --quiet`);
	expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
	const [tested] = describedJson(stdout).targets;
	expect(tested).toMatchObject({ holds: true, escaped: [], openByDesign: ["loopback"], capabilities: [] });
	expect(tested.control).toBeGreaterThan(80);
}

test.each(images)("the portable service %s runs as the account of that name, whatever its number", async (image) => {
	await system.must(`set -e\n${commands.get(image)}`);
	await answers(redis.probe);
	const pid = await mainPid("cage-redis");
	const fields = await system.query(`grep -E '^(Uid|Gid|NoNewPrivs|Seccomp):' /proc/${pid}/status`);
	expect(fields.split("\n").map((line) => line.split("\t")[1])).toEqual(["3777", "3778", "1", "2"]);
	const inside = `/proc/${pid}/root`;
	expect(await system.query(`cat ${inside}/usr/lib/os-release`)).toContain("PORTABLE_PREFIXES=cage-redis");
	const accounts = await system.query(`cat ${inside}/etc/passwd ${inside}/etc/group`);
	for (const line of [/^redis:x:3777:3778:/m, /^redis:x:3778:$/m]) expect(accounts).toMatch(line);
	await system.query(`systemd-analyze security --no-pager --threshold=${redis.exposure} cage-redis`);
	await system.must("redis-cli SET kept yes && redis-cli SAVE && systemctl restart cage-redis");
	await answers('test "$(redis-cli GET kept)" = yes');
	expect(await system.query("stat -c %U /var/lib/cage-redis/var/lib/redis/dump.rdb")).toBe("redis");
	if (image.endsWith(".raw")) await noEscape("--unit cage-redis");
	await system.must(`portablectl detach --enable --now ${image}`);
	expect(await property("cage-redis", "LoadState")).toBe("not-found");
});

test.runIf(isLong)("podman's units start the image read-only with crun and both filters, and permit no escape", async () => {
	writeFileSync(
		`${system.tree}/etc/containers/storage.conf`,
		'[storage]\ndriver = "vfs"\ngraphroot = "/var/lib/containers/storage"\nrunroot = "/run/containers/storage"\n',
	);
	// The machine may have no cgroup controllers of version 2.
	writeFileSync(`${system.tree}/etc/containers/containers.conf`, "[containers]\npids_limit=0\n");
	// crun needs cgroups of version 2 alone.
	const isMixed = (await system.run("test -d /sys/fs/cgroup/unified")).status === 0;
	if (isMixed) {
		const groups = "[Service]\nBindPaths=/sys/fs/cgroup/unified:/sys/fs/cgroup\n";
		for (const name of ["redis", "offering"]) {
			mkdirSync(`${system.tree}/etc/systemd/system/${name}.service.d`);
			writeFileSync(`${system.tree}/etc/systemd/system/${name}.service.d/groups.conf`, groups);
		}
	}
	for (const name of ["redis", "offering"])
		await system.must(`podman pull --quiet oci-archive:/srv/${name}.tar:localhost/${name}:1`);
	await system.must("mkdir -p /etc/containers/systemd && cp /srv/units-*/* /etc/containers/systemd/ && systemctl daemon-reload");
	await system.must("systemctl start redis || { journalctl --no-pager --lines 20 --unit redis >&2; false; }");
	await answers(redis.probe);
	const place = "{{.HostConfig.ReadonlyRootfs}} {{.OCIRuntime}} {{.State.Pid}}";
	const [readOnly, runtime, pid] = (await system.must(`podman container inspect --format '${place}' redis`)).split(" ");
	expect([readOnly, runtime]).toEqual(["true", "crun"]);
	const status = await system.query(`cat /proc/${pid}/status`);
	expect(status).toMatch(/^NoNewPrivs:\t1$/m);
	expect(status).toMatch(/^Seccomp_filters:\t[3-9]$/m);
	expect(status).toMatch(/^CapBnd:\t0+$/m);
	await system.must("redis-cli SET kept yes && redis-cli SAVE");
	await noEscape("--container redis");
	await system.must("systemctl restart redis");
	await answers('test "$(redis-cli GET kept)" = yes');
	await system.must("systemctl stop redis");
	expect(await property("redis", "Result")).toBe("success");
});

test.runIf(isLong)("podman's units offer sockets where clients look, until they stop", async () => {
	await system.must("systemctl start offering");
	await answers(redis.probe);
	const isServed = `runuser -u nobody -- redis-cli -s ${socket} PING | grep -qx PONG`;
	await system.query(isServed);
	await system.must("systemctl restart offering");
	await answers(isServed);
	await system.must("systemctl stop offering");
	await system.query("test ! -e /run/redis");
});
