import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { cagewright, inProcess, make, must, temporaryFolder, temporaryState } from "./cagewright.ts";
import { askRedis, type Daemon, nginx } from "./daemons.ts";
import { eventually } from "./eventually.ts";
import { fetchPage, freePort, type Network, privateNetwork } from "./network.ts";
import { otherMachine, renumberedRedis } from "./other-machine.ts";
import { ownPodman, type Podman } from "./podman.ts";
import { preparedRedis } from "./prepared.ts";
import { mounted } from "./scoped.ts";

const state = temporaryState();
const folder = temporaryFolder("images");
const image = "localhost/redis:1";
let network: Network;
let podman: Podman;
let daemon: Daemon;
let port: number;
let digest: unknown;
let command: string[];

beforeAll(async () => {
	({ daemon, port } = await preparedRedis(state));
	network = await privateNetwork();
	podman = ownPodman(network);
	const exported = await must(inProcess(["export", "redis", "--format", "oci", "-o", `${folder}/redis`, "--json"], { state }));
	expect(exported.json).toMatchObject({ schema: "cagewright/export/1", file: `${folder}/redis`, format: "oci", image });
	({ digest } = exported.json);
	command = exported.json.run;
	await podman.must("pull", `oci:${folder}/redis:${image}`);
});

const read = (hash: unknown) => readFileSync(`${folder}/redis/blobs/${String(hash).replace(":", "/")}`, "utf8");
const json = (hash: unknown) => JSON.parse(read(hash));

test("skopeo and umoci read the image, its state directory, its system and its packages", () => {
	const seen = JSON.parse(execFileSync("skopeo", ["inspect", `oci:${folder}/redis:${image}`], { encoding: "utf8" }));
	expect(seen).toMatchObject({ Digest: digest, Architecture: "amd64", Os: "linux" });
	const config = json(json(digest).config.digest).config;
	expect(config).toMatchObject({
		User: expect.stringMatching(/^[2-5]\d{4}:[2-5]\d{4}$/),
		WorkingDir: "/",
		StopSignal: "SIGTERM",
		ExposedPorts: { [`${port}/tcp`]: {} },
		Volumes: { [`${daemon.folder}/data`]: {} },
	});
	execFileSync("umoci", ["unpack", "--image", `${folder}/redis:${image}`, `${folder}/bundle`], { stdio: "pipe" });
	const root = `${folder}/bundle/rootfs`;
	const [inside, outside] = [statSync(`${root}${daemon.folder}/data`), statSync(`${daemon.folder}/data`)];
	expect([`${inside.uid}:${inside.gid}`, inside.mode]).toEqual([config.User, outside.mode]);
	expect(readFileSync(`${root}/etc/passwd`, "utf8")).toContain(`redis:x:${config.User}:`);
	expect(readFileSync(`${root}/etc/os-release`, "utf8")).toContain('ID="debian"');
	const packages = `${root}/var/lib/dpkg/status.d`;
	expect(readFileSync(`${packages}/libc6`, "utf8")).toMatch(
		/^Package: libc6\nStatus: install ok installed\nVersion: .*\n.*\nSource: glibc\n$/,
	);
	const sums = readFileSync(`${packages}/libc6.md5sums`);
	expect(execFileSync("md5sum", ["--check", "-"], { cwd: root, input: sums, encoding: "utf8" })).toContain("libc.so.6: OK");
	expect(readFileSync(`${root}/usr/lib/sysusers.d/cage-redis.conf`, "utf8")).toContain("u redis -:redis ");
	expect(readdirSync(`${root}/dev`)).toEqual([]);
});

test("record, bill of materials and filter refer to the image", () => {
	const { manifests } = JSON.parse(readFileSync(`${folder}/redis/index.json`, "utf8"));
	const referrers = manifests.slice(1).map((one: { digest: string }) => json(one.digest));
	expect(referrers.map((one: { subject: { digest: string } }) => one.subject.digest)).toEqual([digest, digest, digest]);
	const [record, sbom, filter] = referrers.map((one: { layers: [{ digest: string }] }) => json(one.layers[0].digest));
	expect([record.schema, sbom.bomFormat, filter.defaultAction]).toEqual(["cagewright/record/1", "CycloneDX", "SCMP_ACT_ERRNO"]);
});

test.runIf(isLong)("another machine with other numbers of accounts, clock and umask exports the same image", async () => {
	const there = temporaryState();
	const archive = `${folder}/redis.tar`;
	const { enter } = otherMachine(renumberedRedis, "umask 077");
	const clock =
		"const Real = Date; globalThis.Date = class extends Real { constructor(...of) { super(...(of.length ? of : [0])); } static now() { return 0; } };";
	const strict = {
		state: there,
		enter,
		env: { TZ: "Pacific/Apia", NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(clock)}` },
	};
	expect((await inProcess(["export", "redis", "-o", archive], { state })).status).toBe(0);
	await must(cagewright(["import", archive, "--yes", "--no-trial"], strict));
	expect(statSync(`${there}/cages/redis/data${daemon.folder}/data`).uid).toBe(4321);
	const exported = await cagewright(["export", "redis", "--format", "oci", "-o", `${folder}/there.tar`, "--json"], strict);
	expect(exported.json.digest).toBe(digest);
	const name = `oci-archive:${folder}/there.tar:${image}`;
	expect(JSON.parse(execFileSync("skopeo", ["inspect", name], { encoding: "utf8" })).Digest).toBe(digest);
});

/** Starts the image with the words that the export prints, in the test's network. */
function start(words: readonly string[], ...more: readonly string[]): Promise<string> {
	return podman.must(...words.slice(1, -1), ...more, words.at(-1) ?? "");
}

async function stop(name: string): Promise<unknown> {
	await podman.must("stop", "--time", "60", name);
	const status = await podman.must("inspect", "--format", "{{.State.ExitCode}}", name);
	await podman.must("rm", name);
	return Number(status);
}

test("podman runs redis with a read-only root, no privileges and both filters, and its state survives", async () => {
	await start(command);
	await eventually(async () => expect(await askRedis(port, ["SET", "kept", "for good"], network)).toBe("OK"));
	expect(await askRedis(port, ["SAVE"], network)).toBe("OK");
	const pid = Number(await podman.must("inspect", "--format", "{{.State.Pid}}", "redis"));
	const [child = ""] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
	for (const one of [pid, child]) {
		const status = readFileSync(`/proc/${one}/status`, "utf8");
		expect(status).toMatch(/^NoNewPrivs:\t1$/m);
		expect(status).toMatch(/^Seccomp_filters:\t[3-9]$/m);
		expect(status).toMatch(/^CapBnd:\t0+$/m);
	}
	expect(await stop("redis")).toBe(0);
	await start(command);
	expect(await eventually(() => askRedis(port, ["GET", "kept"], network))).toBe("for good");
	expect(await stop("redis")).toBe(0);
});

test("Landlock's rules of the image hold in podman, and are missing without its first program", async () => {
	const save = async (entrypoint: readonly string[]) => {
		// Its mode permits writing.
		const extra = ["--tmpfs", "/extra:rw,mode=1777", "--entrypoint", JSON.stringify([...entrypoint, "--dir", "/extra"])];
		await start(command, ...extra);
		await eventually(async () => expect(await askRedis(port, ["PING"], network)).toBe("PONG"));
		const answer = await askRedis(port, ["SAVE"], network);
		const log = await podman.must("logs", "redis");
		await podman.must("rm", "--force", "--time", "0", "redis");
		return { answer, isRefused: log.includes("Permission denied") };
	};
	const { Entrypoint: entrypoint } = json(json(digest).config.digest).config;
	expect(await save(entrypoint)).toEqual({ answer: expect.stringContaining("ERR"), isRefused: true });
	expect(await save(entrypoint.slice(1))).toEqual({ answer: "OK", isRefused: false });
});

test("podman's generator accepts the units", async () => {
	const units = `${folder}/units`;
	const exported = await inProcess(["export", "redis", "--format", "quadlet", "-o", units, "--json"], { state });
	expect(exported.json).toMatchObject({ image, units: ["redis.container", "redis-data.volume"] });
	const generator = spawnSync("/usr/libexec/podman/quadlet", ["-dryrun", "-no-kmsg-log"], {
		env: { ...process.env, QUADLET_UNIT_DIRS: units },
		encoding: "utf8",
	});
	expect(generator.status, generator.stderr).toBe(0);
	const [start = ""] = /^ExecStart=.* run .*$/m.exec(generator.stdout) ?? [];
	for (const word of [
		"--read-only",
		"--cap-drop all",
		"--security-opt=no-new-privileges",
		"--network host",
		`${daemon.folder}/data`,
		image,
	]) {
		expect(start).toContain(word);
	}
	expect((await inProcess(["export", "redis", "--format", "quadlet", "-o", units], { state })).status).toBe(2);
});

test("podman plays the objects for Kubernetes, and redis answers", async () => {
	const file = `${folder}/redis.yaml`;
	const exported = await inProcess(["export", "redis", "--format", "kubernetes", "-o", file, "--json"], { state });
	expect(exported.json).toMatchObject({ file, image, restricted: true });
	await podman.must("kube", "play", "--network", "host", file);
	await eventually(async () => expect(await askRedis(port, ["SET", "in", "a pod"], network)).toBe("OK"));
	const place = "{{.HostConfig.ReadonlyRootfs}} {{.EffectiveCaps}} {{.Config.User}}";
	const { User: user } = json(json(digest).config.digest).config;
	expect(await podman.must("inspect", "--format", place, "redis-pod-redis")).toBe(`true [] ${user}`);
	await podman.must("kube", "down", "--force", file);
});

test("a portable service is the same squashfs twice, and systemd recognises it", async () => {
	const file = (name: string) => `${folder}/${name}.raw`;
	for (const name of ["cage-redis_1", "cage-redis_2"]) {
		const exported = await must(inProcess(["export", "redis", "--format", "portable", "-o", file(name), "--json"], { state }));
		expect(exported.json.unit).toBe("cage-redis.service");
	}
	expect(readFileSync(file("cage-redis_1")).equals(readFileSync(file("cage-redis_2")))).toBe(true);
	expect(statSync(file("cage-redis_1")).mode & 0o777).toBe(0o600);
	expect(execFileSync("systemd-dissect", ["--no-pager", file("cage-redis_1")], { encoding: "utf8" })).toMatch(
		/✓ portable service/,
	);
	const again = await inProcess(["export", "redis", "--format", "portable", "-o", file("cage-redis_1")], { state });
	expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining("already exists") });
	const other = await inProcess(["export", "redis", "--format", "portable", "-o", `${folder}/redis.raw`], { state });
	expect(other).toMatchObject({ status: 2, stderr: expect.stringContaining("cage-redis*") });
});

test.runIf(isLong)("podman runs nginx, which starts as root and changes its account", async () => {
	const { probe, ...web } = nginx({ port: await freePort(), main: ["user www-data;"] });
	await make(["--name", "Web.Server_", "--probe", probe, "--", ...web.command], { state });
	const place = `${folder}/web.tar`;
	const exported = await inProcess(["export", "Web.Server_", "--format", "oci", "-o", place, "--json"], { state });
	expect(exported.stderr).toContain("web.server");
	expect(exported.json.image).toBe("localhost/web.server:1");
	const objects = await inProcess(["export", "Web.Server_", "--format", "kubernetes", "-o", `${folder}/web.yaml`], { state });
	expect(objects).toMatchObject({ status: 0, stderr: expect.stringContaining("objects are called web-server") });
	const units = await inProcess(["export", "Web.Server_", "--format", "quadlet", "-o", `${folder}/web`, "--json"], { state });
	expect(units.json.units).toContain("web.server.container");
	await podman.must("pull", `oci-archive:${place}:localhost/web.server:1`);
	await start(exported.json.run);
	const [, url = ""] = /(http:\S+)/.exec(probe) ?? [];
	expect(await eventually(() => fetchPage(url, network))).toContain("a page of the test");
	expect(await stop("web.server")).toBe(0);
});

test("secrets are refused without consent, and secret variables are left out", async () => {
	const cage = `${state}/cages/redis/manifests/1.json`;
	const [manifest, described] = [cage, `${state}/cages/redis/cage.json`].map((file) => readFileSync(file, "utf8"));
	const place = `${folder}/secret`;
	const exported = (...options: string[]) =>
		inProcess(["export", "redis", "--format", "oci", "-o", place, ...options], { state });
	try {
		const { entries, ...rest } = JSON.parse(manifest ?? "");
		const secret = ({ path }: { path: string }) => path === `${daemon.folder}/redis.conf`;
		const marked = entries.map((one: { path: string }) => (secret(one) ? { ...one, risks: ["secret"] } : one));
		writeFileSync(cage, JSON.stringify({ ...rest, entries: marked }));
		const application = { ...JSON.parse(described ?? "").application, env: { DB_PASSWORD: "hidden", MODE: "on" } };
		writeFileSync(`${state}/cages/redis/cage.json`, JSON.stringify({ ...JSON.parse(described ?? ""), application }));
		expect(await exported()).toMatchObject({ status: 4, stderr: expect.stringContaining("--allow-secret-export") });
		expect(existsSync(place)).toBe(false);
		expect(await exported("--allow-secret-export", "--json")).toMatchObject({ status: 0, stderr: /DB_PASSWORD/ });
		const digests = readdirSync(`${place}/blobs/sha256`).map((name) => `${place}/blobs/sha256/${name}`);
		const config = digests.map((file) => readFileSync(file, "utf8")).find((text) => text.startsWith('{"created"'));
		expect(config).toContain("MODE=on");
		expect(config).not.toContain("hidden");
	} finally {
		writeFileSync(cage, manifest ?? "");
		writeFileSync(`${state}/cages/redis/cage.json`, described ?? "");
	}
});

test.runIf(isLong)("a name that engines take for the removal of another file is refused, and nothing is written", async () => {
	const own = temporaryState();
	await preparedRedis(own);
	const content = `${folder}/content`;
	const paths = [`${content}/.wh.keep`, `${content}/.wh.folder/file`, `${content}/sub/.wh..wh..opq`];
	for (const path of [...paths, `${content}/.wh`, `${content}/x.wh.y`]) {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, "kept");
	}
	const exported = (format: string, place: string) =>
		inProcess(["export", "redis", "--format", format, "-o", place], { state: own });
	await must(cagewright(["build", "redis", "--include", `${content}/.wh`, "--include", `${content}/x.wh.y`], { state: own }));
	await must(exported("oci", `${folder}/similar`));
	for (const path of paths) {
		await must(cagewright(["build", "redis", "--include", path], { state: own }));
		for (const [format, name] of [
			["oci", "removal"],
			["oci", "removal.tar"],
			["quadlet", "removal"],
			["kubernetes", "removal.yaml"],
		] as const) {
			const { status, stderr } = await exported(format, `${folder}/${name}`);
			expect([status, stderr]).toEqual([4, expect.stringMatching(/^cagewright: [^\n]*\.wh\.[^\n]*--exclude[^\n]*\n$/)]);
			expect(stderr).toContain(content);
			expect(existsSync(`${folder}/${name}`)).toBe(false);
		}
	}
	await must(exported("portable", `${folder}/cage-redis`));
	for (const path of paths) expect(readFileSync(`${folder}/cage-redis${path}`, "utf8")).toBe("kept");
});

test("configuration that was added to a cage with such a name is refused too", async () => {
	const own = temporaryState();
	const { made } = await preparedRedis(own);
	writeFileSync(`${made.root}/etc/.wh.passwd`, "");
	const { status, stderr } = await inProcess(["export", "redis", "--format", "oci", "-o", `${folder}/added`], { state: own });
	expect([status, stderr]).toEqual([4, expect.stringContaining("/etc/.wh.passwd")]);
	expect(readdirSync(folder).filter((name) => name.includes("added") || name.startsWith(".tmp"))).toEqual([]);
});

test("an existing place, a missing one and options of archives are refused", async () => {
	symlinkSync("nowhere", `${folder}/link`);
	writeFileSync(`${folder}/taken.tar`, "");
	const exported = async (...options: string[]) => {
		const { status, stderr } = await inProcess(["export", "redis", "--format", "oci", ...options], { state });
		return [status, stderr];
	};
	for (const name of ["redis", "taken.tar", "link"]) {
		expect(await exported("-o", `${folder}/${name}`)).toEqual([2, expect.stringContaining(`${folder}/${name} already exists`)]);
	}
	expect(await exported("-o", `${folder}/none/x`)).toEqual([2, expect.stringContaining(`'${folder}/none' does not exist`)]);
	expect(await exported("-o", `${folder}/none/x.tar`)).toEqual([2, expect.stringContaining(`'${folder}/none' does not exist`)]);
	expect(await exported()).toEqual([2, expect.stringContaining("-o redis.tar")]);
	expect(await exported("-o", `${folder}/x`, "--with-data")).toEqual([2, expect.stringContaining("--with-data")]);
	expect(existsSync(`${folder}/x`)).toBe(false);
});

test.each([
	["oci", "x"],
	["oci", "x.tar"],
	["portable", "cage-redis"],
	["portable", "cage-redis.raw"],
	["quadlet", "units"],
	["kubernetes", "redis.yaml"],
	["seccomp", "redis.json"],
])("a full disk leaves nothing of %s in %s", async (format, name) => {
	const isText = ["quadlet", "kubernetes", "seccomp"].includes(format);
	const disk = `${folder}/disk`;
	mkdirSync(disk, { recursive: true });
	using _disk = mounted(disk, "-t", "tmpfs", "-o", "size=1m", "tmpfs");
	// Texts are small.
	const full = isText ? ["full"] : [];
	for (const file of full) spawnSync("dd", ["if=/dev/zero", `of=${disk}/${file}`], { stdio: "ignore" });
	const { status, stderr } = await inProcess(["export", "redis", "--format", format, "-o", `${disk}/${name}`], { state });
	expect(status).toBe(1);
	expect(stderr).toMatch(/^cagewright: [^\n]*No space left[^\n]*\n$/);
	expect(readdirSync(disk)).toEqual(full);
});
