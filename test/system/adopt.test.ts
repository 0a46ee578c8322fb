import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isLong, some } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { archives } from "./booted-tree.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";

let system: Booted;
beforeAll(async () => {
	system = await boot({ services: ["redis-server", "nginx"] });
}, bootTime);
// A test that failed in the middle would otherwise leave its service where the next one does not expect it.
beforeEach(async () => {
	await system.must("rm -f /run/hold /run/client; systemctl stop --quiet client after 2>/dev/null || :");
});

const cagewright = (line: string) => system.run(`cagewright ${line} --quiet`);

async function json(line: string): Promise<Record<string, unknown>> {
	return describedJson(await system.must(`cagewright ${line} --quiet --json`));
}

/** Every file that systemd reads for services: content, owner and mode. */
const unitFiles = () =>
	system.query("find /etc/systemd /usr/lib/systemd/system -printf '%p %M %u %g %l\\n' -type f -exec md5sum {} + | sort");
const property = (service: string, name: string) => system.query(`systemctl show --value --property=${name} ${service}`);
/** Device and inode of the main process's root. */
const rootOf = async (service: string) => system.query(`stat -L -c %d:%i /proc/${await property(service, "MainPID")}/root/.`);
const rootOfCage = (name: string) => system.query(`stat -L -c %d:%i /var/lib/cagewright/cages/${name}/current/`);
const rootOfHost = () => system.query("stat -c %d:%i /");
/** Reads the adoption's journal, which `show` prints too. */
const isAdopted = async (service: string) =>
	(await system.run(`grep -q '"phase":"adopted"' /var/lib/cagewright/cages/${service}/adoption.json`)).status === 0;
/** Puts the service there, wherever the test before left it. */
const inCage = async (service: string) => {
	if (!(await isAdopted(service))) await json(`adopt ${service} --no-selftest --copy-data --yes`);
};
const onHost = async (service: string) => {
	if (await isAdopted(service)) await json(`release ${service} --keep cage --yes`);
};
/** Makes sure that the service has a cage, and runs on the host. */
const onHostWithCage = async (service: string) => {
	if ((await system.run(`test -e /var/lib/cagewright/cages/${service}/cage.json`)).status !== 0) await inCage(service);
	await onHost(service);
};
/** Number of a service's starts since boot. Each start has its own invocation ID. */
const starts = async (unit: string) =>
	Number(
		await system.query(
			`journalctl --sync; journalctl -b -o json -u ${unit}.service | grep -o '"INVOCATION_ID":"[^"]*"' | sort -u | wc -l`,
		),
	);

describe("redis", () => {
	const keys = 100_000;
	/** Number of keys that have their value. */
	const whole = () =>
		system.query(
			`redis-cli eval "local n=0; for i=1,${keys} do if redis.call('get','key:'..i)==tostring(i) then n=n+1 end end; return n" 0`,
		);
	let before = "";
	beforeAll(async () => {
		await eventually(() => system.must(`redis-cli eval "for i=1,${keys} do redis.call('set','key:'..i,i) end" 0`));
		before = await unitFiles();
	});

	test("is adopted with every key and at most one interruption", async () => {
		const invocation = await property("redis-server", "InvocationID");
		const started = await starts("redis-server");
		const adopted = await json("adopt redis-server --no-selftest --copy-data --yes");
		expect(adopted).toMatchObject({ schema: "cagewright/adopt/1", service: "redis-server.service", answered: true });
		expect(await rootOf("redis-server")).toBe(await rootOfCage("redis-server"));
		const service = { as: "adopted", service: "redis-server.service", serviceState: "active", running: true };
		expect(await json("list")).toMatchObject({ cages: [{ name: "redis-server", ...service }] });
		expect(await whole()).toBe(String(keys));
		expect(await property("redis-server", "InvocationID")).not.toBe(invocation);
		expect([await starts("redis-server"), await property("redis-server", "NRestarts")]).toEqual([started + 1, "0"]);
	});

	test.runIf(isLong)("is not adopted into a second cage by accident", async () => {
		await onHost("redis-server");
		await system.must("cagewright make redis --no-selftest --yes --quiet");
		try {
			await system.run("cagewright remove redis-server --yes --quiet");
			const root = await rootOf("redis-server");
			expect(await cagewright("adopt redis-server --copy-data --yes")).toMatchObject({
				status: 2,
				stderr:
					/^cagewright: Cage redis already runs the program of redis-server\.service, .*`cagewright adopt redis-server\.service --name redis`\. .*`cagewright adopt redis-server\.service --name redis-server`\.\n$/,
			});
			expect(await rootOf("redis-server")).toBe(root);
			expect(await json("adopt redis-server --name redis --dry-run")).toMatchObject({ name: "redis" });
			expect(await json("adopt redis-server --name redis --copy-data --yes")).toMatchObject({ name: "redis", answered: true });
			expect([await rootOf("redis-server"), await whole()]).toEqual([await rootOfCage("redis"), String(keys)]);
			await json("release redis-server --keep cage --yes");
		} finally {
			await system.must("cagewright remove redis --yes --quiet");
		}
	});

	test("is shown as adopted and up to date, and its cage can be neither removed nor started a second time", async () => {
		await inCage("redis-server");
		expect(await json("show redis-server")).toMatchObject({ adopted: { service: "redis-server.service", phase: "adopted" } });
		// The host's /run/redis is now root's, with the published process number.
		expect(await json("update redis-server --dry-run")).toMatchObject({ cages: [{ outcome: "unchanged", settings: [] }] });
		expect(await cagewright("remove redis-server --yes")).toMatchObject({ status: 4, stderr: /release redis-server.service/ });
		expect(await cagewright("run redis-server")).toMatchObject({ status: 4, stderr: /release redis-server.service/ });
		expect(await cagewright("adopt redis-server --copy-data --yes")).toMatchObject({ status: 2 });
		expect(await cagewright("unit redis-server --dropin redis-server --uninstall")).toMatchObject({ status: 4 });
	});

	test.runIf(isLong)("stays in its cage when its package is reinstalled", async () => {
		await inCage("redis-server");
		const invocation = await property("redis-server", "InvocationID");
		await system.must(`DEBIAN_FRONTEND=noninteractive dpkg -i ${archives}/redis-server_*.deb`);
		expect(await property("redis-server", "InvocationID")).not.toBe(invocation);
		await eventually(() => system.query("test $(redis-cli ping) = PONG"));
		expect(await rootOf("redis-server")).toBe(await rootOfCage("redis-server"));
		expect(await whole()).toBe(String(keys));
	});

	test.runIf(isLong)("stays in its cage if a power cut interrupted its release, because systemd started it there", async () => {
		await inCage("redis-server");
		const root = await rootOf("redis-server");
		await system.must('sed -i \'s/"phase":"adopted"/"phase":"returned"/\' /var/lib/cagewright/cages/redis-server/adoption.json');
		await system.must("redis-cli set later 1");
		expect(await system.run("cagewright list")).toMatchObject({ status: 0, stderr: /^An earlier command was interrupted/ });
		expect([await rootOf("redis-server"), await isAdopted("redis-server"), await whole()]).toEqual([root, true, String(keys)]);
		expect(await system.query("redis-cli get later")).toBe("1");
	});

	test("is not released while both sides have changes, unless an option names the side to keep", async () => {
		await inCage("redis-server");
		// Redis saves when it is stopped, so the first release finds out only then.
		await system.must("redis-cli set caged yes && touch /var/lib/redis/meanwhile");
		try {
			const inTheMiddle = await cagewright("release redis-server --yes");
			expect(inTheMiddle).toMatchObject({ status: 4, stderr: /--keep host or --keep cage/ });
			expect(await system.query("redis-cli get caged")).toBe("yes");
			const root = await rootOf("redis-server");
			expect(await cagewright("release redis-server --yes")).toMatchObject({ status: 4, stderr: /--keep host or --keep cage/ });
			expect(await rootOf("redis-server")).toBe(root);
			expect((await json("release redis-server --keep cage --dry-run")).places).toContain("/var/lib/redis");
			expect((await json("release redis-server --keep host --dry-run")).places).not.toContain("/var/lib/redis");
		} finally {
			await system.must("rm -f /var/lib/redis/meanwhile");
		}
	});

	test("is not released if its data contains a link to a place outside", async () => {
		await inCage("redis-server");
		const trap = "/var/lib/cagewright/cages/redis-server/data/var/lib/redis/trap";
		await system.must(`ln -s /etc/shadow ${trap}`);
		try {
			const root = await rootOf("redis-server");
			expect(await cagewright("release redis-server --yes")).toMatchObject({
				status: 4,
				stderr: /\/var\/lib\/redis\/trap is a link/,
			});
			expect(await rootOf("redis-server")).toBe(root);
		} finally {
			await system.must(`rm -f ${trap}`);
		}
	});

	test("returns to the host with its writes from the cage, and nothing else changes", async () => {
		await inCage("redis-server");
		await system.must("redis-cli set caged yes");
		const started = await starts("redis-server");
		expect(await json("release redis-server --yes")).toMatchObject({ schema: "cagewright/release/1", answered: true });
		expect(await rootOf("redis-server")).toBe(await rootOfHost());
		expect([await whole(), await system.query("redis-cli get caged")]).toEqual([String(keys), "yes"]);
		expect(await system.query("stat -c '%U:%G %a' /var/lib/redis /var/lib/redis/dump.rdb")).toBe(
			"redis:redis 750\nredis:redis 660",
		);
		expect(await starts("redis-server")).toBe(started + 1);
		expect(await unitFiles()).toBe(before);
		expect((await system.query("ls -A /var/lib/redis")).split("\n")).toEqual(["dump.rdb"]);
	});

	test("returns to its cage if its clients fail on the host, and what it accepted there is kept", async () => {
		await onHostWithCage("redis-server");
		// Writes wherever the service runs, and passes only in the cage.
		const isInside = "test -e /etc/systemd/system/redis-server.service.d/zz-cagewright.conf";
		const probe = `redis-cli set accepted precious && redis-cli save && ${isInside}`;
		writeFileSync(join(system.tree, "root/ask-inside"), `#!/bin/sh\ntest -e /run/anywhere || { ${probe}; }\n`, { mode: 0o755 });
		await system.must("touch /run/anywhere");
		await json("adopt redis-server --no-selftest --copy-data --client-probe /root/ask-inside --timeout 3 --yes");
		await system.must("rm /run/anywhere; redis-cli del accepted; redis-cli save");
		const { status, stderr } = await cagewright("release redis-server --yes");
		const saved = /is saved in (\/var\/lib\/cagewright\/cages\/redis-server\/data\.undone-\w+)\.\n$/;
		expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(saved) });
		const folder = saved.exec(stderr)?.[1];
		await system.must(`grep -q precious ${folder}/var/lib/redis/dump.rdb && rm -r ${folder}`);
		expect([await rootOf("redis-server"), await whole()]).toEqual([await rootOfCage("redis-server"), String(keys)]);
		await system.must("touch /run/anywhere; redis-cli del accepted");
		await onHost("redis-server");
		await system.must("rm /run/anywhere");
		expect(await system.query("ls -A /var/lib/redis")).toBe("dump.rdb");
	});

	test.runIf(isLong)("is released although one of its probes passes nowhere any more, with a warning", async () => {
		await onHostWithCage("redis-server");
		const probes = "--probe 'redis-cli ping | grep -q PONG' --probe 'test ! -e /run/expired' --timeout 3";
		await json(`adopt redis-server --no-selftest --copy-data ${probes} --yes`);
		await system.must("touch /run/expired");
		try {
			expect(await system.run("cagewright release redis-server --yes")).toMatchObject({
				status: 0,
				stderr: expect.stringMatching(/already fails in cage redis-server.*test ! -e \/run\/expired/),
			});
		} finally {
			await system.must("rm /run/expired");
		}
		expect([await rootOf("redis-server"), await whole()]).toEqual([await rootOfHost(), String(keys)]);
	});

	// The release and its undo each wait 90 seconds.
	test.runIf(isLong)("is adopted as before after an undone release, although a probe passes nowhere any more", async () => {
		await onHostWithCage("redis-server");
		await json("adopt redis-server --no-selftest --copy-data --probe 'test ! -e /run/started' --timeout 3 --yes");
		const dropin = "/run/systemd/system/redis-server.service.d/test.conf";
		const lines = "printf '[Service]\nExecStartPre=+/bin/touch /run/started\n'";
		await system.must(`mkdir -p $(dirname ${dropin}); ${lines} >${dropin}; systemctl daemon-reload`);
		try {
			expect(await system.run("cagewright release redis-server --yes")).toMatchObject({
				status: 1,
				stderr: expect.stringMatching(/runs in cage redis-server again, but this probe fails there: test ! -e \/run\/started/),
			});
			expect([await rootOf("redis-server"), await isAdopted("redis-server")]).toEqual([await rootOfCage("redis-server"), true]);
		} finally {
			await system.must(`rm -rf $(dirname ${dropin}) /run/started; systemctl daemon-reload`);
		}
		await onHost("redis-server");
		expect([await rootOf("redis-server"), await whole()]).toEqual([await rootOfHost(), String(keys)]);
	});

	test("keeps running as before if it does not answer from its cage", async () => {
		await onHostWithCage("redis-server");
		const library = await system.query("echo /var/lib/cagewright/cages/redis-server/current/usr/lib/*/libssl.so.3");
		await system.must(`mv ${library} /var/libssl`);
		try {
			expect(await cagewright("adopt redis-server --copy-data --yes")).toMatchObject({
				status: 1,
				stderr:
					/^cagewright: redis-server.service failed in cage redis-server, so it runs on the host as before: .*libssl\.so.*No such file or directory.*saved in \/var\/lib\/cagewright\/cages\/redis-server\/data\.undone-\w+\.\n$/,
			});
		} finally {
			await system.must(`mv /var/libssl ${library}`);
		}
		// The cage's data is kept, with any writes that the service accepted there.
		await system.must("test -f /var/lib/cagewright/cages/redis-server/data.undone-*/var/lib/redis/dump.rdb");
		expect(await rootOf("redis-server")).toBe(await rootOfHost());
		expect([await whole(), await unitFiles()]).toEqual([String(keys), before]);
	});

	test("stays on the host if the self-test of its cage found a way out, and gets no unit of the cage", async () => {
		await onHostWithCage("redis-server");
		const file = join(system.tree, "var/lib/cagewright/cages/redis-server/cage.json");
		const stored = readFileSync(file, "utf8");
		const selftest = { at: "2026-01-01T00:00:00Z", tried: 145, escaped: ["kernel-mount"], openByDesign: [], findings: [] };
		writeFileSync(file, JSON.stringify({ ...JSON.parse(stored), selftest }));
		try {
			const invocation = await property("redis-server", "InvocationID");
			for (const line of ["adopt redis-server --copy-data --yes", "unit redis-server --install"]) {
				const said =
					/^cagewright: Cage redis-server is not safe: kernel-mount\. .*`cagewright selftest redis-server`.*`cagewright trial redis-server`[^\n]*\n$/;
				expect({ line, ...(await cagewright(line)) }).toMatchObject({ line, status: 1, stderr: said });
			}
			expect(await property("redis-server", "InvocationID")).toBe(invocation);
			expect(await unitFiles()).toBe(before);
			// The next trial with a self-test says what is true now.
			await system.must("cagewright trial redis-server --yes --quiet");
			await system.must("cagewright unit redis-server --install --dry-run --quiet");
		} finally {
			writeFileSync(file, stored);
		}
	});

	/**
	 * strace kills the program at one of its renames. Each step is one rename: of the journal, of the data, or of the drop-in. A
	 * release ends by removing what it kept, starting with its first rmdir. strace counts calls per thread, so the program gets one
	 * thread only.
	 */
	const interrupted = [
		{ verb: "release", steps: isLong ? ["rename 2", "rename 4", "rename 6", "rename 10", "rmdir 1"] : ["rename 6"] },
		{ verb: "adopt", steps: ["rename 1", "rename 4", "rename 8", "rename 12"] },
	];
	test.each(some(1, interrupted))("is complete after a kill of $verb at any step", async ({ steps, verb }) => {
		const found = new Set<string>();
		for (const step of steps) {
			await inCage("redis-server");
			if (verb === "adopt") await onHost("redis-server");
			await system.must(`redis-cli set last "${verb} ${step}"`);
			const [call, when] = step.split(" ");
			const kill = `strace -f -qq -o /dev/null -e trace=${call} -e inject=${call}:signal=KILL:when=${when}`;
			const killed = await system.run(
				`UV_THREADPOOL_SIZE=1 ${kill} cagewright ${verb} redis-server ${verb === "adopt" ? "--copy-data" : ""} --yes --quiet`,
			);
			expect(killed.status).toBe(137);
			// Any verb repairs what was left and reports it. Before the first rename that is nothing, and before the move only the build.
			const { stderr } = await system.run("cagewright list");
			const repaired = /^An earlier command was interrupted\. (redis-server\.service runs|Its unfinished work)/;
			if (step !== "rename 1") expect(stderr).toMatch(repaired);
			const isInside = await isAdopted("redis-server");
			found.add(isInside ? "cage" : "host");
			expect(await rootOf("redis-server")).toBe(isInside ? await rootOfCage("redis-server") : await rootOfHost());
			expect([await whole(), await system.query("redis-cli get last")]).toEqual([String(keys), `${verb} ${step}`]);
		}
		await onHost("redis-server");
		if (isLong) expect(found).toEqual(new Set(["cage", "host"]));
		expect([await unitFiles(), await system.query("ls -A /var/lib/redis")]).toEqual([before, "dump.rdb"]);
	});
});

describe("nginx", () => {
	/** A client that asks again and again. It writes 0 for an answer, and 7 for none. */
	const client = [
		"import time, urllib.request",
		"while True:",
		'\ttry: urllib.request.urlopen("http://127.0.0.1/", timeout=60).read(); result = b"0"',
		'\texcept Exception: result = b"7"',
		'\topen("/run/client", "ab").write(result)',
		"\ttime.sleep(0.01)",
	];
	/** Counts the runs of failures between answers. */
	const interruptions = async () => (await system.query("cat /run/client")).split(/0+/).filter(Boolean).length;

	test.runIf(isLong)("is interrupted once for each move, as a client that asks all the time measures", async () => {
		await onHost("nginx");
		const before = await unitFiles();
		await system.must(
			"printf '[Unit]\nRequires=nginx.service\n[Service]\nExecStart=sleep infinity\n' >/run/systemd/system/after.service",
		);
		writeFileSync(join(system.tree, "root/client.py"), client.join("\n"));
		await system.must("systemctl daemon-reload; systemctl start after; systemd-run -q --unit=client python3 /root/client.py");
		await json("adopt nginx.service --no-selftest --yes");
		expect(await rootOf("nginx")).toBe(await rootOfCage("nginx"));
		await system.must("systemctl reload nginx && curl -fsS localhost");
		expect(await interruptions()).toBe(1);
		// systemd stopped the dependent service too, and it runs again.
		expect(await system.query("systemctl is-active after")).toBe("active");
		await json("release nginx --yes");
		expect(await rootOf("nginx")).toBe(await rootOfHost());
		await system.must("systemctl stop client; curl -fsS localhost");
		expect(await interruptions()).toBe(2);
		expect(await system.query("systemctl is-active after")).toBe("active");
		await system.must("grep -c curl /var/log/nginx/access.log");
		expect(await unitFiles()).toBe(before);
	});

	/** Adopts nginx, and sends TERM as soon as this event was printed. The move goes on once `/run/hold` is gone. Resolves to the exit status. */
	const adoptUntil = async (event: string, options = "") => {
		const pipe = `rm -f /run/events; cagewright adopt nginx --yes --events ${options} 2>/run/events & adoption=$!`;
		const line = `${pipe}; until grep -qs ${event} /run/events; do sleep 0.02; done; kill -TERM $adoption; rm -f /run/hold; wait $adoption`;
		return (await system.run(line)).status;
	};

	test.runIf(isLong)("stays in its cage after a TERM that arrives once it started there", async () => {
		await inCage("nginx");
		await onHost("nginx");
		const before = await unitFiles();
		expect(await adoptUntil("service-started", "--probe 'sleep 2'")).toBe(0);
		expect(await rootOf("nginx")).toBe(await rootOfCage("nginx"));
		await json("release nginx --yes");
		expect(await unitFiles()).toBe(before);
	});

	test("runs on the host after a TERM in the middle of the move", async () => {
		await onHostWithCage("nginx");
		// A service that stops with nginx, and as late as the test wants.
		const holding = [
			"[Unit]",
			"Requires=nginx.service",
			"After=nginx.service",
			"[Service]",
			"ExecStart=sleep infinity",
			"ExecStop=sh -c 'while test -e /run/hold; do sleep 0.05; done'",
			"TimeoutStopSec=infinity",
		];
		writeFileSync(join(system.tree, "root/holding.service"), `${holding.join("\n")}\n`);
		await system.must(
			"cp /root/holding.service /run/systemd/system/; systemctl daemon-reload; systemctl start holding; touch /run/hold",
		);
		const before = await unitFiles();
		expect(await adoptUntil("service-stopped")).toBe(143);
		expect(await rootOf("nginx")).toBe(await rootOfHost());
		await system.query("curl -fsS localhost");
		expect(await unitFiles()).toBe(before);
		expect(await json("show nginx")).not.toHaveProperty("adopted");
	});
});
