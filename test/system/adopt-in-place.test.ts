import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { isLong } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { describedJson } from "./described.ts";
import { eventually } from "./eventually.ts";

const state = "/var/lib/redis";
const cage = "/var/lib/cagewright/cages/redis-server";

let system: Booted;
beforeAll(async () => {
	system = await boot({ services: ["redis-server", "named"] });
	// What is not a plain file of one block: a copy of it would show. Redis itself writes nothing here, unless it is told to.
	await system.must(
		[
			"redis-cli config set save '' && redis-cli config set dir /var/lib/redis && redis-cli set a 1 && redis-cli save",
			'sed -i \'s/^# save ""/save ""/\' /etc/redis/redis.conf && grep -q \'^save ""\' /etc/redis/redis.conf',
			`cd ${state} && truncate -s 200G sparse && echo one >one && ln one two && chown redis: sparse one`,
			`python3 -c 'import os; os.setxattr("${state}/one", "user.note", b"kept")' && chmod 604 ${state}/one`,
			"systemctl restart redis-server",
		].join(" && "),
	);
}, bootTime);

async function json(line: string): Promise<Record<string, unknown>> {
	return describedJson(await system.must(`cagewright ${line} --quiet --json`));
}

const cagewright = (line: string) => system.run(`cagewright ${line} --quiet`);
/** Everything that a copy would change: inode, owner, mode, links, size, blocks and times of each file. */
const files = () => system.query(`find ${state} -printf '%p %i %U:%G %m %n %s %b %C@ %T@\\n' | sort`);
const attribute = () => system.query(`python3 -c 'import os; print(os.getxattr("${state}/one", "user.note").decode())'`);
/** Disk use in kilobytes of everything that the cage keeps beside its generations. */
const stored = () => system.query(`du -sk --exclude=generations ${cage} | cut -f1`);
const rootOf = async (service: string) =>
	system.query(`stat -L -c %d:%i /proc/$(systemctl show --value --property=MainPID ${service})/root/.`);
const rootOfCage = (name: string) => system.query(`stat -L -c %d:%i /var/lib/cagewright/cages/${name}/current/`);
const isAdopted = async () => (await system.run(`grep -q '"phase":"adopted"' ${cage}/adoption.json`)).status === 0;
const answers = () => eventually(() => system.query('test "$(redis-cli get a)" = 1'));

test("no byte of a service's state is copied, whether it moves into its cage or back", async () => {
	const before = await files();
	const dry = await system.must("cagewright adopt redis-server --dry-run");
	expect(dry).toMatch(/leave its state where it is/);
	const adopted = await json("adopt redis-server --no-selftest --yes");
	expect(adopted).toMatchObject({ inPlace: ["/var/lib/redis", "/var/log/redis"], places: [], answered: true });
	expect([await files(), await attribute()]).toEqual([before, "kept"]);
	expect(await rootOf("redis-server")).toBe(await rootOfCage("redis-server"));
	await answers();
	expect(Number(await stored())).toBeLessThan(1024);
	expect(await json("release redis-server --yes")).toMatchObject({ places: [], inPlace: ["/var/lib/redis", "/var/log/redis"] });
	expect([await files(), await attribute()]).toEqual([before, "kept"]);
	await answers();
});

test("a service in its cage writes to its own state, and no other process starts on it", async () => {
	await json("adopt redis-server --yes");
	await system.must("redis-cli set b 2 && redis-cli save");
	expect(await system.query(`test ${state}/dump.rdb -nt ${state}/one; echo $?`)).toBe("0");
	expect(await system.query(`find ${cage}/data* -name dump.rdb`)).toBe("");
	for (const line of ["run redis-server", "remove redis-server --yes"]) {
		expect(await cagewright(line)).toMatchObject({ status: 4, stderr: /release redis-server\.service/ });
	}
	const shown = await json("show redis-server");
	expect(shown).toMatchObject({ stateInPlace: ["/var/lib/redis", "/var/log/redis"] });
	// A shell in the cage sees the state, and its writes are discarded.
	const lines = "test -e /var/lib/redis/one && echo lost >/var/lib/redis/one";
	await system.must(`echo '${lines}' | cagewright shell redis-server --quiet`);
	expect(await system.query(`cat ${state}/one`)).toBe("one");
});

test.runIf(isLong)("an update of its cage tries the next generation without touching the state", async () => {
	await system.must("echo '# changed' >>/etc/redis/redis.conf");
	const before = await files();
	const updated = await json("update redis-server --no-restart --yes");
	expect(updated).toMatchObject({ cages: [{ outcome: "updated", answered: true }] });
	expect(await files()).toBe(before);
	await system.must("systemctl restart redis-server");
	await answers();
	expect(await rootOf("redis-server")).toBe(await rootOfCage("redis-server"));
	expect(await cagewright("rollback redis-server")).toMatchObject({ status: 0 });
	await answers();
});

test("a setuid file in the state keeps the cage from being adopted, and the service runs on", async () => {
	await system.must("cagewright release redis-server --yes --quiet");
	await system.must(`cp /bin/true ${state}/trap && chmod 4755 ${state}/trap`);
	try {
		const root = await rootOf("redis-server");
		expect(await cagewright("adopt redis-server --yes")).toMatchObject({ status: 4, stderr: /\/var\/lib\/redis\/trap/ });
		expect(await rootOf("redis-server")).toBe(root);
	} finally {
		await system.must(`rm ${state}/trap`);
	}
});

test("a service that does not answer in its cage runs on the host again, on the same state", async () => {
	const before = await files();
	const library = await system.query(`echo ${cage}/current/usr/lib/*/libssl.so.3`);
	await system.must(`mv ${library} /var/libssl`);
	try {
		expect(await cagewright("adopt redis-server --yes")).toMatchObject({ status: 1, stderr: /runs on the host as before/ });
	} finally {
		await system.must(`mv /var/libssl ${library}`);
	}
	await answers();
	expect(await files()).toBe(before);
	expect(await system.query(`ls -d ${cage}/data.undone* 2>/dev/null || :`)).toBe("");
});

test.runIf(isLong)("state on an overlay of its own stays there, and a copy of it returns", async () => {
	// A directory of the lower layer cannot be renamed.
	const layers = "mkdir /mnt/own && mount -t tmpfs none /mnt/own && mkdir /mnt/own/upper /mnt/own/work";
	const lower = `cp -a ${state} /mnt/own/lower && mkdir /mnt/own/lower/deep && touch /mnt/own/lower/deep/file`;
	const overlay = "lowerdir=/mnt/own/lower,upperdir=/mnt/own/upper,workdir=/mnt/own/work";
	await system.must(`systemctl stop redis-server; ${layers} && ${lower} && rm /mnt/own/lower/sparse`);
	await system.must(`mount -t overlay -o ${overlay} none ${state} && chown --reference=/mnt/own/lower ${state}`);
	await system.must("systemctl start redis-server");
	try {
		await answers();
		const before = await files();
		expect(await json("adopt redis-server --yes")).toMatchObject({ inPlace: ["/var/lib/redis", "/var/log/redis"] });
		await answers();
		expect(await files()).toBe(before);
		await json("release redis-server --yes");
		await answers();
		expect(await files()).toBe(before);
		await json("adopt redis-server --copy-data --yes");
		await system.must("redis-cli set c 3 && redis-cli save");
		await json("release redis-server --yes");
		expect(await system.query(`redis-cli get c; ls ${state}/deep; ls -A ${state}`)).toBe("3\nfile\ndeep\ndump.rdb\none\ntwo");
	} finally {
		await system.must("systemctl stop redis-server; umount /var/lib/redis; umount /mnt/own; rmdir /mnt/own");
		await system.must("systemctl start redis-server");
	}
});

/** strace kills the program at one of its renames, each of which is a step of the journal, the description, the data or the drop-in. */
test("nothing of the state is lost by a kill at any step, and the service answers afterwards", async () => {
	await json("adopt redis-server --no-selftest --yes");
	const before = await files();
	const all = [1, 2, 3, 4, 5, 6, 7, 8];
	const steps = { release: isLong ? all : [3], adopt: isLong ? all : [6] };
	for (const verb of ["release", "adopt"] as const) {
		for (const step of steps[verb]) {
			if (verb === "release" ? !(await isAdopted()) : await isAdopted()) {
				await json(verb === "release" ? "adopt redis-server --yes" : "release redis-server --yes");
			}
			const kill = `strace -f -qq -o /dev/null -e trace=rename -e inject=rename:signal=KILL:when=${step}`;
			await system.run(`UV_THREADPOOL_SIZE=1 ${kill} cagewright ${verb} redis-server --yes --quiet`);
			await system.must("cagewright list");
			await answers();
			expect(await files()).toBe(before);
			const isInside = (await rootOf("redis-server")) === (await rootOfCage("redis-server"));
			expect(await isAdopted()).toBe(isInside);
		}
	}
	if (await isAdopted()) await json("release redis-server --yes");
});

test("a cage on state in place is started by its service only, and removing it leaves the state", async () => {
	expect(await cagewright("run redis-server")).toMatchObject({ status: 4, stderr: /adopt redis-server\.service/ });
	expect(await cagewright("unit redis-server --install")).toMatchObject({ status: 4, stderr: /adopt redis-server\.service/ });
	const before = await files();
	expect(await cagewright("export redis-server --with-data -o /root/x.tar")).toMatchObject({ status: 4, stderr: /--with-data/ });
	await system.must("cagewright remove redis-server --yes --quiet");
	expect(await files()).toBe(before);
	await answers();
	// Its account would not be the state's owner.
	expect(await cagewright("adopt redis-server --dedicated-account --yes")).toMatchObject({ status: 2, stderr: /--copy-data/ });
});

test.runIf(isLong)("a name server takes updates in its cage, although no run of it wrote beside its zones", async () => {
	const zone = "$TTL 60\n@ IN SOA ns root 1 3600 600 86400 60\n@ IN NS ns\nns IN A 127.0.0.1\nwww IN A 192.0.2.7\n";
	writeFileSync(join(system.tree, "var/lib/bind/example.test.zone"), zone);
	await system.must(
		`chown bind: /var/lib/bind/example.test.zone && echo 'zone "example.test" { type primary; file "/var/lib/bind/example.test.zone"; allow-update { 127.0.0.1; }; };' >>/etc/bind/named.conf.local && systemctl restart named`,
	);
	const probe = "dig +short +time=2 +tries=1 @127.0.0.1 www.example.test A | grep -qx 192.0.2.7";
	await eventually(() => system.query(probe));
	await system.must(`cagewright adopt named --no-selftest --yes --quiet --allow-secret /etc/bind/rndc.key --probe '${probe}'`);
	expect(await rootOf("named")).toBe(await rootOfCage("named"));
	await system.must("printf 'server 127.0.0.1\\nupdate add new.example.test 60 A 192.0.2.8\\nsend\\n' | nsupdate");
	await eventually(() => system.query("dig +short @127.0.0.1 new.example.test A | grep -qx 192.0.2.8"));
	await system.must("cagewright release named --yes --quiet");
	await eventually(() => system.query("dig +short @127.0.0.1 new.example.test A | grep -qx 192.0.2.8"));
});

test.runIf(isLong)("later state of a cage returns to the host, also from a cage with data of its own", async () => {
	// Only the cage has this directory.
	const later = "/var/lib/later/state";
	await system.must("cagewright make redis-server.service --no-selftest --yes --quiet");
	await json("adopt redis-server --yes");
	await system.must(`cagewright build redis-server --writable ${later} --quiet`);
	await system.must(`systemctl restart redis-server && install -o redis -m 640 /dev/null ${cage}/data${later}/file`);
	await system.must(`echo precious >${cage}/data${later}/file`);
	const shown = `/proc/$(systemctl show --value -p MainPID redis-server)/root${later}/file`;
	expect(await system.query(`ls -A ${later}; cat ${shown}`)).toBe("precious");
	expect(await json("release redis-server --dry-run")).toMatchObject({ places: [later] });
	expect(await json("release redis-server --yes")).toMatchObject({ places: [later] });
	await answers();
	expect(await system.query(`cat ${later}/file; stat -c '%U %a' ${later} ${later}/file`)).toBe("precious\nredis 755\nredis 640");
	expect(await system.query(`ls -A ${later}`)).toBe("file");
	// The cage has its earlier data again, and what it had meanwhile was not deleted.
	expect(await system.query(`test ! -e ${cage}/data${later}/file; cat ${cage}/data.undone-*${later}/file`)).toBe("precious");
});
