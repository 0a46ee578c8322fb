import { beforeAll, describe, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { eventually } from "./eventually.ts";

/** Ctrl-C at several moments of moving a running service. Shares of the verb's own duration, however slow the machine is. */
const moments = [0.05, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97];

describe.runIf(isLong)("INT", () => {
	let system: Booted;
	let unitsBefore = "";
	/** Every file that systemd reads for services. */
	const unitFiles = () =>
		system.query("find /etc/systemd -printf '%p %M %u %g %l\\n' -type f -exec md5sum {} + | grep -v 'needs-reload' | sort");
	const isAdopted = async () =>
		(await system.run('grep -q \'"phase":"adopted"\' /var/lib/cagewright/cages/redis-server/adoption.json')).status === 0;
	const kept = () => eventually(async () => expect(await system.query("redis-cli get kept")).toBe("yes"));
	const inCage = async () => {
		if (!(await isAdopted())) await system.must("cagewright adopt redis-server --no-selftest --yes --quiet");
	};
	const onHost = async () => {
		if (await isAdopted()) await system.must("cagewright release redis-server --yes --quiet");
	};

	beforeAll(async () => {
		system = await boot({ services: ["redis-server"] });
		await eventually(() => system.must("redis-cli set kept yes && redis-cli save"));
		// The cage is made once, so that what is measured is the move.
		await inCage();
		await onHost();
		unitsBefore = await unitFiles();
	}, bootTime);

	const verbs = [
		{ verb: "adopt", words: "adopt redis-server --no-selftest --yes", prepare: onHost, isDone: isAdopted },
		{ verb: "release", words: "release redis-server --yes", prepare: inCage, isDone: async () => !(await isAdopted()) },
	];

	test.each(verbs)("during $verb leaves the service here or there, whole, and the verb can be repeated", async (one) => {
		await one.prepare();
		const began = performance.now();
		await system.must(`cagewright ${one.words} --quiet`);
		const duration = (performance.now() - began) / 1000;
		const sentences: string[] = [];
		for (const moment of moments) {
			await one.prepare();
			const after = (duration * moment).toFixed(2);
			const said = await system.run(`timeout --preserve-status -s INT ${after} cagewright ${one.words} --quiet 2>&1`);
			expect([0, 128, 130], said.stdout).toContain(said.status);
			// Early, the signal may have ended Node before it read the program.
			if (said.status === 130 && said.stdout === "") expect(await one.isDone()).toBe(false);
			else if (said.status === 130) sentences.push(said.stdout.trimEnd().split("\n").at(-1) ?? "");
			if (said.status === 0) expect(await one.isDone()).toBe(true);
			await kept();
			const root = await system.query("stat -Lc %d:%i /proc/$(systemctl show --value --property=MainPID redis-server)/root/.");
			const adopted = await isAdopted();
			const place = adopted ? "/var/lib/cagewright/cages/redis-server/current/" : "/";
			expect(root, said.stdout).toBe(await system.query(`stat -Lc %d:%i ${place}`));
			if (!adopted) expect(await unitFiles()).toBe(unitsBefore);
			expect((await system.run("cagewright list 2>&1 >/dev/null")).stdout).toBe("");
			expect((await system.run("pgrep -fa 'dist/main[.]js|bin/cage[w]right'")).stdout).toBe("");
		}
		expect(sentences.length).toBeGreaterThan(0);
		for (const sentence of sentences) expect(sentence).toMatch(/^cagewright: Interrupted\./);
		await one.prepare();
		await system.must(`cagewright ${one.words} --quiet`);
		expect(await one.isDone()).toBe(true);
		await kept();
	});
});
