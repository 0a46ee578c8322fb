import { describe, expect, test } from "vitest";
import { Failure } from "../../src/base/failure.ts";
import { type MountPoint, parseMountinfo } from "../../src/base/machine/mountinfo.ts";
import { pathFromText } from "../../src/base/path/path.ts";
import type { Manifest } from "../../src/cage/manifest.ts";
import { auditConfiguration, auditHostAccess } from "../../src/check/engine/audit.ts";
import { HostAccess, type HostFacts, noConsents } from "../../src/plan/host-access.ts";
import type { WritableDirectory } from "../../src/plan/plan.ts";
import { executedPlaces, othersPlaces, type TrustedPlace } from "../../src/plan/trusted-places.ts";
import { asApp, asRoot, planFor, rules, trace, users, writableOf } from "./traces.ts";
import { directory, link, type Node, socket, tree } from "./tree.ts";

interface Host extends Partial<Omit<HostFacts, "files">> {
	readonly nodes?: Readonly<Record<string, Node>>;
	readonly mounts?: readonly MountPoint[];
}

function access({ mounts = [], nodes = {}, ...facts }: Host): HostAccess {
	return new HostAccess({ users, identity: asRoot, ...facts, files: { ...tree(nodes), mounts: () => mounts } });
}

const rw = (path: string) => ({ path, access: "rw" as const });
const ro = (path: string) => ({ path, access: "ro" as const });

/** The code of the refusal, or undefined. */
function refusal(bind: { path: string; access: "ro" | "rw" }, host: Host = {}, consents = noConsents): string | undefined {
	try {
		access({ ...host, nodes: { [bind.path]: directory(), ...host.nodes } }).requireBind(bind, consents);
		return undefined;
	} catch (error) {
		if (error instanceof Failure && error.exit === 4) return error.code;
		throw error;
	}
}

const pathsOf = (places: readonly TrustedPlace[]) =>
	places.flatMap(({ paths, source }) => paths.split(" ").map((text) => [text.replaceAll("*", "x"), source] as const));
/** `bind-refused`: a system directory that no cage sees at all. */
const refused = /^bind-(refused|executed|contains-executed)$/;

describe.each(pathsOf(executedPlaces))("%s (%s)", (path, source) => {
	test("and what is in it is never mounted writable, but may be read", () => {
		const nodes = { [`${path}/sub/deep`]: directory() };
		expect(refusal(rw(path), { nodes })).toMatch(refused);
		expect(refusal(rw(`${path}/sub/deep`), { nodes })).toBe("bind-executed");
		expect(refusal(ro(`${path}/sub/deep`), { nodes })).toBeUndefined();
		expect(() => access({ nodes }).requireWritable("writable", pathFromText(`${path}/sub`))).toThrow(
			expect.objectContaining({ code: "writable-executed", exit: 4, values: expect.objectContaining({ source }) }),
		);
	});
	test("is found above, behind a link and under another mount point, and no consent permits it", () => {
		const nodes = { [path]: directory(), "/srv/mine": link(path), "/mnt/again/sub": directory(), "/srv/all": directory() };
		const all = { allow: [], allowWrite: [path, "/srv/mine", "/mnt/again/sub", "/srv/all", "/"] };
		for (let above = path; above !== ""; above = above.slice(0, above.lastIndexOf("/"))) {
			expect(refusal(rw(above), { nodes }, all), above).toMatch(refused);
		}
		const mounts = parseMountinfo(
			[
				"20 1 8:1 / / rw - ext4 /dev/sda1 rw",
				`21 20 8:1 ${path} /mnt/again rw - ext4 /dev/sda1 rw`,
				"22 20 8:1 / /srv/all rw - ext4 /dev/sda1 rw",
			].join("\n"),
		);
		expect(refusal(rw("/mnt/again/sub"), { nodes, mounts }, all)).toBe("bind-executed");
		expect(refusal(rw("/mnt/again"), { nodes, mounts }, all)).toMatch(refused);
		expect(refusal(rw("/srv/all"), { nodes, mounts }, all)).toBe("bind-refused");
		const linked = planFor(tree(nodes), trace({}), { rules: rules({ writable: ["/srv/other"] }) });
		expect(linked.writable).toHaveLength(1);
		expect(() =>
			planFor(tree(nodes), trace({}), { rules: rules({ binds: [rw("/srv/mine")], allowWrite: all.allowWrite }) }),
		).toThrow(expect.objectContaining({ code: expect.stringMatching(refused), exit: 4 }));
	});
});

/** Independent of the table: what an attacker would try. */
test.each(
	[
		"/etc/systemd/system /etc/systemd/user /run/systemd /run/systemd/system /usr/lib/systemd/system /usr/local/lib/systemd",
		"/etc/systemd/system/ssh.service.d /usr/lib/systemd/system-sleep /usr/lib/systemd/system-shutdown /etc/systemd/system-generators",
		"/etc/tmpfiles.d /run/tmpfiles.d /etc/sysusers.d /etc/binfmt.d /etc/environment.d /etc/sysctl.d /var/lib/systemd/linger",
		"/etc/cron.d /etc/cron.daily /etc/cron.hourly /etc/cron.weekly /etc/cron.monthly /var/spool/cron /var/spool/cron/crontabs",
		"/var/spool/at /var/spool/anacron /etc/profile.d /etc/skel /etc/sudoers.d /etc/polkit-1/rules.d /usr/share/polkit-1/actions",
		"/etc/doas.d /etc/pam.d /etc/security /usr/lib/x86_64-linux-gnu/security /etc/udev/rules.d /run/udev /usr/lib/udev/rules.d",
		"/etc/modprobe.d /etc/modules-load.d /usr/lib/modules /etc/ld.so.conf.d /usr/lib/x86_64-linux-gnu /usr/lib64 /usr/local/lib",
		"/var/lib/dpkg /var/lib/dpkg/info /etc/apt/apt.conf.d /var/lib/apt /var/cache/apt/archives /var/lib/rpm /etc/dnf /etc/yum.repos.d",
		"/etc/logrotate.d /etc/ssh /etc/ssh/sshd_config.d /root/.ssh /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /usr/games",
		"/boot/efi /boot/grub /etc/grub.d /etc/kernel/postinst.d /etc/initramfs-tools/hooks /etc/dracut.conf.d",
		"/etc/network/if-up.d /etc/NetworkManager/dispatcher.d /etc/dhcp/dhclient-exit-hooks.d /etc/ppp/ip-up.d /etc/networkd-dispatcher",
		"/etc/update-motd.d /etc/init.d /etc/rc3.d /etc/alternatives /etc/dbus-1/system.d /usr/share/dbus-1/system-services",
		"/etc/X11/Xsession.d /etc/xdg/autostart /var/lib/docker /var/lib/docker/volumes /var/lib/containers/storage /var/lib/containerd",
		"/var/lib/machines /var/lib/extensions /etc/default /usr/src /var/lib/dkms /snap/core /run/user/1000 /etc/apparmor.d",
		"/usr/lib/python3/dist-packages /usr/share/perl5 /etc/perl /usr/local/share/perl /usr/share/bash-completion /etc/bash_completion.d",
	].flatMap((text) => text.split(" ")),
)("%s is never mounted writable", (path) => {
	expect(refusal(rw(path), { nodes: { [`${path}/x`]: directory() } })).toBe("bind-executed");
	expect(refusal(rw(path), { identity: asApp })).toBe("bind-executed");
});

test.each([
	["/lib/systemd/system", { "/lib": link("usr/lib"), "/usr/lib/systemd/system": directory() }],
	["/var/run/systemd", { "/var/run": link("/run"), "/run/systemd": directory() }],
	["/srv/../etc/cron.d", { "/etc/cron.d": directory() }],
	["/srv/jobs/daily", { "/srv/jobs": link("../etc"), "/etc/daily": link("cron.d"), "/etc/cron.d": directory() }],
	["/data/docker", { "/var/lib/docker": link("/data/docker"), "/data/docker": directory() }],
	["/data", { "/var/lib/docker": link("/data/docker"), "/data/docker": directory() }],
])("%s leads to a place that the host executes", (path, nodes: Record<string, Node>) => {
	const plan = () => planFor(tree({ ...nodes, "/srv/x": "" }), trace({}), { rules: rules({ binds: [rw(path)] }) });
	expect(plan).toThrow(expect.objectContaining({ exit: 4, code: expect.stringMatching(/^bind-(contains-)?executed$/) }));
});

test("a mount of the kernel's files is refused wherever it is, also read-only", () => {
	const mounts = parseMountinfo("20 1 8:1 / / rw - ext4 /dev/sda1 rw\n21 20 0:5 / /srv/jail/proc rw - proc proc rw");
	expect(refusal(ro("/srv/jail/proc/sys"), { mounts })).toBe("bind-refused");
	expect(refusal(ro("/srv/jail"), { mounts })).toBeUndefined();
});

test("a system directory is refused under another mount point, also read-only", () => {
	const mounts = parseMountinfo(
		"20 1 8:1 / / rw - ext4 a rw\n21 20 8:1 /etc /mnt/etc rw - ext4 a rw\n22 20 8:9 / /srv rw - xfs b rw",
	);
	const nodes = { "/mnt/etc/ssl": directory(), "/etc": directory(), "/srv/etc": directory() };
	expect(refusal(ro("/mnt/etc"), { mounts, nodes })).toBe("bind-refused");
	expect(refusal(ro("/mnt/etc/ssl"), { mounts, nodes })).toBeUndefined();
	expect(refusal(rw("/srv/etc"), { mounts, nodes })).toBeUndefined();
});

test("the refusal of a directory names the place in it and a narrower directory of the application", () => {
	const nodes = {
		"/var/lib/app": directory({ uid: 900 }),
		"/var/lib/dpkg": directory(),
		"/var/lib/mysql": directory({ uid: 105 }),
	};
	const problem = access({ nodes, identity: asApp }).problemOfBind(rw("/var/lib"), noConsents);
	expect(problem).toMatchObject({
		code: "bind-contains-executed",
		values: { trusted: "/var/lib/dpkg", narrower: "/var/lib/app" },
	});
	const byName = access({
		nodes: { "/opt/cni": directory(), "/opt/shop/data": directory() },
		own: [pathFromText("/opt/shop/data")],
	});
	expect(byName.problemOfBind(rw("/opt"), noConsents)?.values.narrower).toBe("/opt/shop/data");
});

describe("directories of persons and other services", () => {
	test.each(pathsOf(othersPlaces))("%s (%s) needs a consent that names it", (path) => {
		const nodes = { [`${path}/of/others`]: directory(), "/etc/passwd": "", [path]: directory() };
		const bind = rw(`${path}/of/others`);
		expect(refusal(bind, { nodes })).toBe("bind-others");
		expect(refusal(bind, { nodes }, { allow: [], allowWrite: [path] })).toBe("bind-others");
		expect(refusal(bind, { nodes }, { allow: [], allowWrite: [bind.path] })).toBeUndefined();
		expect(refusal(ro(bind.path), { nodes })).toBeUndefined();
		// The account that owns a directory needs no cage to change it.
		expect(refusal(bind, { nodes: { ...nodes, [bind.path]: directory({ uid: asApp.uid }) }, identity: asApp })).toBeUndefined();
	});
	test("homes, wherever they are, need one", () => {
		const nodes = { "/data/people/other": directory({ uid: 1000 }), "/home": link("/data/people") };
		for (const path of ["/data/people", "/data/people/other", "/data"]) {
			expect(refusal(rw(path), { nodes }), path).toMatch(/^bind-(contains-)?others$/);
			expect(refusal(rw(path), { nodes }, { allow: [], allowWrite: [path] }), path).toBeUndefined();
		}
		const elsewhere = users.map((user) => ({ ...user, home: user.uid === 1000 ? "/srv/people/other" : user.home }));
		const home = { "/srv/people/other": directory({ uid: 1000 }) };
		expect(refusal(rw("/srv/people"), { nodes: home, users: elsewhere })).toBe("bind-contains-others");
		expect(refusal(rw("/srv/people/other/share"), { nodes: home, users: elsewhere })).toBe("bind-others");
	});
	test("another account's directory needs one if the application could write there", () => {
		const nodes = (mode: number) => ({ "/srv/db": directory({ uid: 105, gid: 105, mode }) });
		expect(refusal(rw("/srv/db"), { nodes: nodes(0o700) })).toBe("bind-other-account");
		expect(refusal(rw("/srv/db"), { nodes: nodes(0o700), identity: asApp })).toBeUndefined();
		expect(refusal(rw("/srv/db"), { nodes: nodes(0o777), identity: asApp })).toBe("bind-other-account");
		expect(refusal(rw("/srv/db"), { nodes: nodes(0o770), identity: { ...asApp, groups: [105] } })).toBe("bind-other-account");
		expect(refusal(rw("/srv/db"), { nodes: nodes(0o700), uids: [105] })).toBeUndefined();
		expect(refusal(rw("/srv/db"), { nodes: nodes(0o700) }, { allow: [], allowWrite: ["/srv/db"] })).toBeUndefined();
	});
	test("an account of the trace, or one that a rule names, is not another one", () => {
		const files = tree({ "/srv/db": directory({ uid: 1000, mode: 0o700 }) });
		const plan = (values: object, seen = trace({})) =>
			planFor(files, seen, { rules: rules({ binds: [rw("/srv/db")], ...values }) });
		expect(() => plan({})).toThrow(expect.objectContaining({ code: "bind-other-account", exit: 4 }));
		expect(plan({ accounts: ["user:other"] }).allowedBinds).toEqual([]);
		expect(plan({}, trace({}, { uids: new Set([1000]) })).allowedBinds).toEqual([]);
		expect(plan({ allowWrite: ["/srv/db"] }).allowedBinds).toEqual(["/srv/db"]);
	});
});

describe("a socket that controls the machine", () => {
	test.each(["/run/app/docker.sock", "/srv/sockets/deep/containerd.sock", "/srv/a/libvirt-sock", "/srv/lxd/unix.socket"])(
		"%s is in no bound directory, not even read-only, unless it is allowed",
		(path) => {
			const bind = ro(path.slice(0, path.indexOf("/", path.indexOf("/", 1) + 1)));
			const nodes = { [path]: socket() };
			expect(refusal(bind, { nodes })).toBe("bind-control-socket");
			expect(refusal(bind, { nodes, identity: asApp })).toBe("bind-control-socket");
			expect(refusal(bind, { nodes: { [path]: { ...socket(), mode: 0o600 } }, identity: asApp } as Host)).toBeUndefined();
			expect(refusal(bind, { nodes }, { allow: [`socket:${path}`], allowWrite: [] })).toBeUndefined();
		},
	);
	test("is found under another mount point", () => {
		const mounts = parseMountinfo("20 1 0:9 / /run rw - tmpfs a rw\n21 1 0:9 /systemd /mnt/s rw - tmpfs a rw");
		expect(refusal(ro("/mnt/s"), { nodes: { "/mnt/s/private": socket() }, mounts })).toBe("bind-control-socket");
		expect(refusal(ro("/mnt/s"), { nodes: { "/mnt/s/notify": socket() }, mounts })).toBeUndefined();
	});
	test("is one of D-Bus for root only", () => {
		const nodes = { "/run/dbus/system_bus_socket": socket() };
		expect(refusal(ro("/run/dbus"), { nodes })).toBe("bind-control-socket");
		expect(refusal(ro("/run/dbus"), { nodes, identity: asApp })).toBeUndefined();
	});
});

test("the state folder is in no cage", () => {
	for (const path of ["/srv/state", "/srv/state/cages/other/data", "/srv"]) {
		expect(refusal(ro(path), { stateFolder: pathFromText("/srv/state") }), path).toBe("bind-state");
	}
});

test("what the application writes in a place that the host executes stays read-only, with a note", () => {
	const files = tree({
		"/etc/cron.d": directory(),
		"/var/spool/cron/x": directory({ uid: 900 }),
		"/var/lib/app": directory({ uid: 900 }),
	});
	const seen = trace({
		"/etc/cron.d/job": "create write",
		"/var/spool/cron/x/j": "create write",
		"/var/lib/app/f": "create write",
	});
	const made = planFor(files, seen, {});
	expect(writableOf(made)).toEqual(["/var/lib/app"]);
	const noted = made.notes.filter(({ code }) => code === "writes-system-directory").map(({ values }) => values.path);
	expect(noted).toEqual(["/etc/cron.d", "/var/spool/cron/x"]);
	const application = { command: ["/usr/bin/app"], directories: ["/var/lib/dpkg/mine"] };
	const byUnit = planFor(files, trace({}), { application: { ...made.application, ...application } });
	expect(writableOf(byUnit)).toEqual([]);
});

describe("a generation", () => {
	const judged = (bind: { path: string; access: "ro" | "rw"; consent?: boolean }, nodes: Record<string, Node> = {}) =>
		auditHostAccess(
			{ binds: [bind], entries: [], writable: [] },
			{ allow: [] },
			{
				users,
				identity: asRoot,
				files: tree({ [bind.path]: directory(), ...nodes }),
			},
		);
	test("of an earlier release starts with a warning, and of this one not at all", () => {
		const bind = rw("/etc/cron.d");
		expect(judged(bind)).toMatchObject([{ code: "bind-executed", path: "/etc/cron.d", severity: "warning" }]);
		expect(judged({ ...bind, consent: false })).toMatchObject([{ code: "bind-executed", severity: "danger" }]);
		expect(judged({ ...bind, consent: true })).toMatchObject([{ code: "bind-executed", severity: "danger" }]);
	});
	test("with the administrator's consent has no finding", () => {
		expect(judged(rw("/home"))).toMatchObject([{ code: "bind-others", severity: "warning" }]);
		expect(judged({ ...rw("/home"), consent: true })).toEqual([]);
		expect(judged({ ...rw("/srv/db"), consent: false }, { "/srv/db": directory({ uid: 105 }) })).toMatchObject([
			{ code: "bind-other-account", severity: "warning" },
		]);
	});
	const made = (path: string, ...kinds: readonly string[]) =>
		({
			path: pathFromText(path),
			mode: 0o755,
			uid: 0,
			gid: 0,
			seeds: [],
			reasons: kinds.map((kind) => ({ kind, rule: "writable" })),
		}) as unknown as WritableDirectory;
	test("with state that the host would execute is reported", () => {
		const facts = { users, identity: asRoot, files: tree({}) };
		const writable = [made("/etc/cron.d", "traced"), made("/run/systemd/x", "traced"), made("/var/lib/app", "traced")];
		expect(auditHostAccess({ binds: [], entries: [], writable }, { allow: [] }, facts)).toMatchObject([
			{ code: "writable-executed", path: "/etc/cron.d" },
		]);
	});
	test("with a device that no new cage gets is reported", () => {
		const facts = { users, identity: asRoot, files: tree({}) };
		const entry = (path: string, minor: number) => ({ path, kind: "device", device: { type: "c", major: 10, minor } });
		const entries = [entry("/dev/uinput", 223), entry("/dev/fuse", 229)] as unknown as Manifest["entries"];
		expect(auditHostAccess({ binds: [], entries, writable: [] }, { allow: [] }, facts)).toMatchObject([
			{ code: "device-controls", path: "/dev/uinput", severity: "warning" },
		]);
	});
	test("whose configuration is writable only because of a rule is reported", () => {
		const writable = [
			made("/etc/redis", "rule"),
			made("/etc/cups", "rule", "traced"),
			made("/etc/app", "service-directory"),
			made("/srv/x", "rule"),
		];
		expect(auditConfiguration({ writable })).toMatchObject([
			{ code: "configuration-writable", path: "/etc/redis", severity: "warning" },
		]);
	});
});
