import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Booted, boot, bootTime } from "./booted.ts";
import { servicesOf } from "./booted-services.ts";
import { eventually } from "./eventually.ts";

/**
 * Mounts that systemd makes in a cage, and the parts of the host that a caged service can access. The system is booted, because
 * systemd itself follows links.
 */

let system: Booted;
const data = "/var/lib/cagewright/cages/linked/data";
const state = "/var/lib/linked";
const victim = "/srv/victim";
const ask = "/opt/linked/ask";

/** Serves "hi". Reports each client to syslog and records it in its state. */
const application = `use Socket;
my $d = shift;
sub report { socket(my $s, PF_UNIX, SOCK_DGRAM, 0) or return; connect($s, sockaddr_un("/dev/log")) or return; send($s, "<14>linked: $_[0]", 0) }
sub note { open(my $f, '>>', "$d/notes") or die "no $d: $!"; print $f "x"; close $f }
note(); report("started");
socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
bind($s, sockaddr_in(7397, INADDR_LOOPBACK)) or die; listen($s, 5);
while (accept(my $c, $s)) { my $line = <$c>; chomp $line; note(); report("asked $line"); print $c "hi\\n"; close $c }
`;
const client = `#!/usr/bin/perl
use IO::Socket::INET;
my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:7397") or exit 1;
print $s (shift // "for nothing"), "\\n"; exit !(<$s> eq "hi\\n");
`;

const makeWith = (directory: string) =>
	`cagewright make --name linked --user nobody --probe ${ask} --writable ${directory} --replace --yes --quiet --no-selftest -- /usr/bin/perl /opt/linked/application.pl ${directory}`;

beforeAll(async () => {
	system = await boot();
	mkdirSync(join(system.tree, "opt/linked"));
	writeFileSync(join(system.tree, "opt/linked/application.pl"), application);
	writeFileSync(join(system.tree, ask), client, { mode: 0o755 });
	const unit = `[Service]\nUser=nobody\nLimitCORE=infinity\nPrivateTmp=yes\nExecStart=/usr/bin/perl /opt/linked/application.pl ${state}\n`;
	writeFileSync(join(system.tree, "etc/systemd/system/hosts-own.service"), unit);
	await system.must(`install -d -o nobody ${state} && install -d -m 777 ${victim}`);
	await system.must(makeWith(state));
	await system.must("cagewright unit linked --install");
}, bootTime);

const { property } = servicesOf(() => system);
const answers = (words = "for nothing") => eventually(() => system.query(`${ask} '${words}'`));
const heard = (words: string) =>
	eventually(() => system.query(`journalctl --no-pager --quiet -o cat -t linked | grep -F '${words}'`));

/** Returns the names of all sockets visible below this root. find(1) alone would rely on the directory, which describes the file below the mount. */
const sockets = (root: string) =>
	system.query(
		`for one in $(find ${root}/dev ${root}/run ! -type d); do if [ -S $one -a ! -L $one ]; then basename $one; fi; done`,
	);

/** Its only socket leads to syslog, also after a restart of journald. `root` is that of a process in the cage. */
async function usesSyslog(name: string, root: string): Promise<void> {
	await answers(`first of ${name}`);
	await heard(`asked first of ${name}`);
	expect(await sockets(root)).toBe("log");
	await system.must("systemctl restart systemd-journald");
	await answers(`second of ${name}`);
	await heard(`asked second of ${name}`);
}

/** The cage's own unit, and the drop-in for a service on the host. */
const services = [
	{ service: "cage-linked", places: [state, "/var/lib", ""], install: "true", uninstall: "true" },
	{
		service: "hosts-own",
		// systemd compares the same paths for both.
		places: [state],
		install: "cagewright unit linked --dropin hosts-own --install",
		uninstall: "cagewright unit linked --dropin hosts-own --uninstall",
	},
];

describe.each(services)("$service", ({ install, places, service, uninstall }) => {
	beforeAll(() => system.must(install));
	afterAll(() => system.must(`systemctl stop ${service}; systemctl reset-failed; ${uninstall}`));

	test.each(places)("does not start if a link is in place of its data's '%s'", async (part) => {
		const place = `${data}${part}`;
		const rest = state.slice(part.length);
		await system.query(`mv ${place} ${place}.before && ln -s ${victim} ${place} && install -d -m 777 ${victim}${rest}`);
		try {
			expect((await system.run(`systemctl start ${service}`)).status).not.toBe(0);
			expect(await property(service, "AssertResult")).toBe("no");
			expect(await property(service, "ActiveState")).toBe("inactive");
			expect(await system.query(`find ${victim} -type f`)).toBe("");
		} finally {
			await system.query(`rm ${place} && mv ${place}.before ${place} && rm -rf ${victim}/*`);
		}
	});

	test("writes to syslog via the only socket that it sees, also after a restart of journald", async () => {
		await system.must(`systemctl start ${service}`);
		await usesSyslog(service, `/proc/$(systemctl show --value -p MainPID ${service})/root`);
	});

	test("has its own bounded shared memory, and a limit that keeps crashes from the host's core handler", async () => {
		const pid = await property(service, "MainPID");
		expect(await system.query(`grep 'core file' /proc/${pid}/limits`)).toMatch(/^Max core file size\s+1\s+1\s+bytes/);
		await system.query("touch /dev/shm/hosts-own");
		const mounts = (await system.query(`cat /proc/${pid}/mounts`)).split("\n");
		const total = Number(/MemTotal:\s+(\d+) kB/.exec(await system.query("cat /proc/meminfo"))?.[1]);
		for (const place of ["/tmp", "/var/tmp", "/dev/shm"]) expect(await system.query(`ls /proc/${pid}/root${place}`)).toBe("");
		const mount = mounts.filter((line) => line.split(" ")[1] === "/dev/shm").at(-1) ?? "";
		expect(mount).toMatch(/^tmpfs .*nr_inodes=131072/);
		expect(Number(/size=(\d+)k/.exec(mount)?.[1])).toBeLessThan(total / 4);
	});
});

/** Starts as root, and tries to change mode, owner and size of what is behind its streams for each client. */
const rooted = `use Socket;
socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
bind($s, sockaddr_in(7398, INADDR_LOOPBACK)) or die; listen($s, 5); my ($mode, $size) = (0604, 0);
while (accept(my $c, $s)) {
	my $line = <$c>;
	if ($line =~ /streams/) { for my $stream (0 .. 2) { syscall(91, $stream, $mode); syscall(77, $stream, $size) } }
	print $c "hi\\n"; close $c;
}
`;

test.each(["cage-rooted", "hosts-rooted"])(
	"%s changes neither the host's /dev/null nor a log file of its unit",
	async (service) => {
		const folder = join(system.tree, "opt/rooted");
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, "application.pl"), rooted);
		writeFileSync(join(folder, "ask"), client.replace("7397", "7398"), { mode: 0o755 });
		const log = "/var/log/hosts-rooted.log";
		const streams = `StandardInput=null\nStandardOutput=append:${log}\nStandardError=null`;
		const unit = `[Service]\n${streams}\nExecStart=/usr/bin/perl /opt/rooted/application.pl\n`;
		writeFileSync(join(system.tree, "etc/systemd/system/hosts-rooted.service"), unit);
		await system.must(`systemctl daemon-reload; echo earlier >${log}; chmod 600 ${log}`);
		const words = "--probe /opt/rooted/ask --replace --yes --quiet --no-selftest -- /usr/bin/perl /opt/rooted/application.pl";
		await system.must(`cagewright make --name rooted ${words}`);
		await system.must(`cagewright unit rooted ${service === "cage-rooted" ? "" : "--dropin hosts-rooted"} --install`);
		try {
			await system.must(`systemctl start ${service}`);
			await eventually(() => system.query("/opt/rooted/ask streams"));
			expect(await system.query("stat -c '%F %a %u %t:%T' /dev/null")).toBe("character special file 666 0 1:3");
			expect(await system.query(`stat -c '%a %u' ${log}; cat ${log}`)).toBe("600 0\nearlier");
		} finally {
			await system.query(`systemctl stop ${service}; chmod 666 /dev/null`);
		}
	},
);

describe("a cage that `run` starts", () => {
	const run = "systemd-run --quiet --unit=running cagewright run linked";
	afterAll(() => system.must("systemctl stop running"));

	test("writes to syslog via the only socket that it sees, also after a restart of journald", async () => {
		await system.must(run);
		await answers();
		const pid = await system.query("pgrep -f '^/usr/bin/perl /opt/linked/application.pl'");
		await usesSyslog("run", `/proc/${pid}/root`);
		expect(await system.query(`grep 'core file' /proc/${pid}/limits`)).toMatch(/^Max core file size\s+1\s+1\s+bytes/);
	});

	test("prevents a narrower generation while it runs, but not after it ended", async () => {
		await system.query(`install -d -o nobody ${state}/sub`);
		const narrowed = await system.run(makeWith(`${state}/sub`));
		expect([narrowed.status, narrowed.stdout]).toEqual([4, ""]);
		expect(narrowed.stderr).toContain("Stop the cage first");
		await system.must(`systemctl stop running && install -d -o nobody ${data}${state}/sub`);
		await system.query(`touch ${data}${state}/sub/kept`);
		await system.must(makeWith(`${state}/sub`));
		expect(await system.query(`stat -c '%u %a' ${data}${state}`)).toBe("0 755");
		await system.must("cagewright unit linked --install && systemctl start cage-linked");
		await answers();
		expect(await system.query(`ls ${data}${state}/sub`)).toBe("kept\nnotes");
		await system.must("systemctl stop cage-linked && cagewright rollback linked");
		expect(await system.query(`stat -c %U ${data}${state} && ls ${data}${state}/sub ${data}${state}/notes`)).toContain("nobody");
	});
});
