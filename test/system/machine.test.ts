import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bootedTree } from "./booted-tree.ts";
import { home, temporaryFolder } from "./cagewright.ts";
import { buildPackage } from "./packages-built.ts";

/**
 * Installs the package in a machine with a Linux of its own, and runs `test/machines/accept.sh` there, before and after a reboot.
 * User-mode Linux needs neither a hypervisor nor an emulated processor. Debian builds it with AppArmor and without Landlock, so this
 * is also the test of a machine that has no Landlock. Runs only with `npm run test:long`, because it takes 5 to 10 minutes.
 */

const size = "3G";
const memory = "1500M";

const service = `[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'bash /root/accept.sh $(sed -n "s/.*phase=//p" /proc/cmdline) >/dev/console 2>&1'
ExecStopPost=/bin/sh -c 'echo "ended: $EXIT_STATUS" >/dev/console; systemctl poweroff --no-block'
[Install]
WantedBy=default.target
`;

/** Creates a disk with the tests' Debian, the package, the script and the kernel's modules. */
function makeDisk(folder: string): string {
	const tree = join(folder, "tree");
	const disk = join(folder, "disk");
	const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: ["ignore", "pipe", "inherit"] });
	run("cp", "-a", "--reflink=auto", bootedTree(), tree);
	buildPackage("deb", join(tree, "root"));
	copyFileSync(join(home, "test/machines/accept.sh"), join(tree, "root/accept.sh"));
	mkdirSync(join(tree, "usr/lib/modules"), { recursive: true });
	run("cp", "-a", "/usr/lib/uml/modules/.", join(tree, "usr/lib/modules"));
	writeFileSync(join(tree, "etc/systemd/system/accept.service"), service);
	run("systemctl", "--quiet", `--root=${tree}`, "enable", "accept.service");
	run("truncate", `--size=${size}`, disk);
	run("mkfs.ext4", "-q", "-F", "-d", tree, disk);
	run("rm", "-r", tree);
	return disk;
}

/** Boots the disk, lets the script run and resolves to what it printed once the machine is off. */
async function runPhase(folder: string, disk: string, phase: string): Promise<string> {
	const kernel = [
		"linux.uml",
		`ubd0=${disk}`,
		"root=/dev/ubda",
		"rw",
		`mem=${memory}`,
		"con=null",
		"con0=null,fd:1",
		"ssl=null",
		// Node.js uses io_uring where the kernel permits it, and this kernel panics (6.12.113).
		"quiet",
		"systemd.show_status=0",
		"sysctl.kernel.io_uring_disabled=2",
		`phase=${phase}`,
	];
	// The machine ends with this process.
	const ending = ["setpriv", "--pdeathsig", "KILL", "unshare", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"];
	const [command = "", ...args] = [...ending, ...kernel];
	const machine = spawn(command, args, { env: { ...process.env, HOME: folder }, stdio: ["ignore", "pipe", "inherit"] });
	let console = "";
	machine.stdout.setEncoding("utf8").on("data", (text: string) => {
		console += text;
	});
	await once(machine, "close");
	return console.replaceAll("\r", "");
}

test("the package makes, tests, adopts, upgrades and updates cages in a machine, which answer after a reboot", async () => {
	const folder = temporaryFolder("machine");
	const disk = makeDisk(folder);
	for (const phase of ["install", "reboot"]) {
		const said = await runPhase(folder, disk, phase);
		process.stdout.write(said);
		expect(said).toMatch(/^1\.\.\d+\nended: 0$/m);
	}
});
