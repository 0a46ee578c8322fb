import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { isLong } from "../long.ts";
import { type Booted, boot, bootTime } from "./booted.ts";
import { home } from "./cagewright.ts";
import { describedJson } from "./described.ts";
import { buildPackage } from "./packages-built.ts";
import { differences, snapshot } from "./snapshot.ts";

/**
 * Installs the package in a booted system and runs `test/machines/accept.sh` there, before and after a reboot. The kernel is this
 * machine's; `machine.test.ts` does the same with a kernel of its own.
 */

let system: Booted;

// The script takes a minute, and longer on a busy machine.
vi.setConfig({ testTimeout: bootTime, hookTimeout: bootTime });

beforeAll(async () => {
	system = await boot();
	if (!isLong) return;
	const folder = join(system.tree, "root");
	buildPackage("deb", folder);
	copyFileSync(join(home, "test/machines/accept.sh"), join(folder, "accept.sh"));
});

/** Accounts, the package's hook, units, and the links with which systemctl enables services. */
const isInstalled =
	/^(?:\w+: \/etc\/(?:g?shadow|group|passwd|sub[gu]id)-? |new: \/etc\/(?:apt\/apt\.conf\.d\/80cagewright|systemd\/system\/)|\w+: \/etc\/rc\d\.d\/)/;

/** The script's lines: the failed steps with what they printed, and the number of steps. */
async function failuresOf(phase: string): Promise<string[]> {
	const { stderr, stdout } = await system.run(`bash /root/accept.sh ${phase}`);
	return `${stdout}${stderr}`
		.trim()
		.split("\n")
		.filter((line) => !line.startsWith("ok "));
}

test.runIf(isLong)(
	"the package makes, tests, adopts, upgrades and updates cages, and their services answer after a reboot",
	async () => {
		const look = () => snapshot({ root: system.root(), places: ["/dev", "/etc"], by: "content" });
		const before = look();
		expect(await failuresOf("install")).toEqual(["1..25"]);
		expect(differences(before, look()).filter((change) => !isInstalled.test(change))).toEqual([]);
		await system.reboot();
		expect(await failuresOf("reboot")).toEqual(["1..9"]);
	},
);

/** Shell lines that run as an ordinary user, in a mount namespace with this /proc: containers cover different parts of theirs, or none. */
const asUser = (preparation: string, line: string) =>
	system.run(`unshare --mount --net --pid --fork sh -ec '${preparation}; exec runuser -u reader -- ${line}'`);
const wholeProc = "mount -t proc proc /proc; mount -t sysfs sysfs /sys";
const cover =
	"for proc in $(findmnt --list --noheadings --types proc --output TARGET); do ! [ -e $proc/version ] || mount --bind /dev/null $proc/version; done";
// The kernel also looks at a /proc below another mount, such as the first one here, so all of them go before one is covered.
const unmount = "import ctypes\nwhile ctypes.CDLL(None).umount2(b'/proc', 2) == 0: pass\n";
const coveredProc = `${cover}; ${wholeProc}; python3 /root/unmount.py; ${wholeProc}; ${cover}`;

test("ordinary users learn that a container that covers parts of /proc gives them no cages", async () => {
	await system.must("useradd --create-home reader");
	writeFileSync(join(system.tree, "root/unmount.py"), unmount);
	const userNamespaces = async (preparation: string) => {
		const { stdout } = await asUser(preparation, "cagewright doctor --json");
		return describedJson(stdout).findings.find(({ what }: { what: string }) => what === "user-namespaces");
	};
	expect(await userNamespaces(wholeProc)).toMatchObject({ state: "ok" });
	// If a root was moved over another one, as in a chroot, the kernel also accepts the /proc of the other, which nothing can cover.
	const { status: refusal } = await asUser(coveredProc, "unshare --user --map-current-user --mount-proc --pid --fork true");
	expect(await userNamespaces(coveredProc)).toMatchObject({ state: refusal ? "missing" : "ok" });
	if (!refusal) return;
	const { status, stderr } = await asUser(coveredProc, "cagewright make demo --yes --quiet");
	expect([status, stderr]).toEqual([3, expect.stringMatching(/^cagewright: This system gives[^\n]* \/proc [^\n]+\n$/)]);
});
