import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { type Path, pathFromText } from "../../../src/base/path/path.ts";
import type { Cage } from "../../../src/cage/cage.ts";
import type { Manifest } from "../../../src/cage/manifest.ts";
import { readPaxRecords, readTarHeader, tarHeader } from "../../../src/transfer/archive/tar.ts";
import { hasSecretCommand } from "../../../src/transfer/image/exported-application.ts";
import { kubernetesObjects, unrestricted } from "../../../src/transfer/image/kubernetes.ts";
import { packageStatus } from "../../../src/transfer/image/package-status.ts";
import { podmanWords } from "../../../src/transfer/image/podman.ts";
import { portableFiles } from "../../../src/transfer/image/portable.ts";
import { quadletUnits } from "../../../src/transfer/image/quadlet.ts";
import { accountLines, sysusers } from "../../../src/transfer/image/sysusers.ts";
import { imageName, kubernetesName, type Workload, workloadOf } from "../../../src/transfer/image/workload.ts";
import { UnitLines } from "../../../src/unit/lines.ts";
import { bareApplication, entry } from "../../cage/plans.ts";

test.each([
	["redis", "redis", "redis"],
	["Web.Server_2", "web.server_2", "web-server-2"],
	["7zip", "7zip", "cage-7zip"],
	["..", "cage", "cage-"],
])("cage %s becomes image %s and object %s", (cage, image, object) => {
	expect([imageName(cage), kubernetesName(cage)]).toEqual([image, object.replace(/-$/, "")]);
	expect(imageName(cage)).toMatch(/^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/);
	expect(kubernetesName(cage.repeat(40))).toMatch(/^[a-z][a-z0-9-]{0,50}[a-z0-9]$/);
});

test("tar headers hold long names, large files and account numbers of any size", () => {
	const path = "d".repeat(300) as Path;
	const member = { path, kind: "file" as const, mode: 0o4755, uid: 4_000_000_000, gid: 7, mtime: 12, size: 2 ** 34 };
	const bytes = tarHeader(member);
	const first = readTarHeader(bytes.subarray(0, 512));
	expect(first?.type).toBe("x");
	const records = readPaxRecords(bytes.subarray(512, 512 + (first?.size ?? 0)));
	expect(records).toEqual({ path, uid: 4_000_000_000, size: 2 ** 34 });
	expect(readTarHeader(bytes.subarray(-512))).toMatchObject({ type: "0", mode: 0o4755, gid: 7, mtime: 12 });
});

const state = pathFromText("/var/lib/my db");
const workload: Workload = {
	name: "db",
	image: "localhost/db:3",
	command: ["/x"],
	cwd: "/",
	env: {},
	secretVariables: [],
	network: "host",
	identity: { name: "db", uid: 102, gid: 105, groups: [105, 4], home: "/" },
	capabilities: ["net_bind_service"],
	volumes: [state, pathFromText("/srv/my db")].map((path) => ({ path, mode: 0o750, uid: 102, gid: 105 })),
	binds: [{ path: "/srv/share", access: "ro" }],
	devices: [],
	ports: [
		{ protocol: "tcp", port: 80 },
		{ protocol: "udp", port: 53 },
	],
	page: { port: 80, path: "/" },
	limits: { memory: 1048576, processes: 20, files: 64 },
	emptyDirectories: [pathFromText("/tmp")],
	executable: [],
};

describe("objects for Kubernetes", () => {
	const objects = kubernetesObjects(workload) as { kind: string; spec: never }[];
	const of = (kind: string) => objects.find((one) => one.kind === kind)?.spec;

	test("a cage with an account passes the Pod Security Standard restricted", () => {
		expect(unrestricted(workload)).toEqual([]);
		expect(of("Deployment")).toMatchObject({
			strategy: { type: "Recreate" },
			template: {
				spec: {
					automountServiceAccountToken: false,
					securityContext: {
						runAsNonRoot: true,
						runAsUser: 102,
						runAsGroup: 105,
						fsGroup: 105,
						supplementalGroups: [4],
						sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
						seccompProfile: { type: "RuntimeDefault" },
					},
					containers: [
						{
							readinessProbe: { httpGet: { port: 80, path: "/" } },
							resources: { limits: { memory: "1048576" } },
							securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
						},
					],
				},
			},
		});
		expect(JSON.stringify(objects)).not.toContain('"add"');
	});
	test("a cage that starts as root says that it does not", () => {
		const asRoot = { ...workload, identity: { ...workload.identity, uid: 0, gid: 0 }, capabilities: ["setuid"] };
		expect(unrestricted(asRoot)).toEqual(["root", "capabilities"]);
		expect(JSON.stringify(kubernetesObjects(asRoot))).toContain('"capabilities":{"drop":["ALL"],"add":["SETUID"]}');
		expect(JSON.stringify(kubernetesObjects(asRoot))).not.toContain("runAsNonRoot");
	});
	test("each state directory has a claim, and only the seen ports are open", () => {
		const claims = objects.filter(({ kind }) => kind === "PersistentVolumeClaim");
		const names = ["db-var-lib-my-db", "db-srv-my-db"];
		expect(claims).toMatchObject(names.map((name) => ({ metadata: { name } })));
		const ports = [{ port: 80, protocol: "TCP" } as const, { port: 53, protocol: "UDP" } as const];
		expect(of("NetworkPolicy")).toMatchObject({ policyTypes: ["Ingress"], ingress: [{ ports }] });
		expect(JSON.stringify(of("Service"))).toContain('"udp-53"');
	});
});

test("units for podman name everything that the cage had, and refuse a path that they cannot express", () => {
	const units = quadletUnits(workload);
	expect([...units.keys()]).toEqual(["db.container", "db-var-lib-my-db.volume", "db-srv-my-db.volume"]);
	const lines = units.get("db.container")?.split("\n");
	for (const line of [
		"ReadOnly=true",
		"NoNewPrivileges=true",
		"DropCapability=all",
		"AddCapability=CAP_NET_BIND_SERVICE",
		"GroupAdd=4",
		"PidsLimit=20",
		"Ulimit=nofile=64",
		"PodmanArgs=--memory=1048576",
		"Volume=db-var-lib-my-db.volume:/var/lib/my db:rw,nosuid,nodev,noexec",
	])
		expect(lines).toContain(line);
	const volumes = [{ path: pathFromText("/a:b"), mode: 0o750, uid: 102, gid: 105 }];
	expect(() => quadletUnits({ ...workload, volumes })).toThrow();
});

test("clients find sockets of a quadlet at their paths below /run", () => {
	const place = { mode: 0o755, uid: 102, gid: 105 };
	const volumes = ["/run/db", "/run/my db", "/var/lib/db"].map((path) => ({ ...place, path: pathFromText(path) }));
	const units = quadletUnits({ ...workload, volumes });
	expect([...units.keys()]).toEqual(["db.container", "db-my-db.volume", "db-db.volume"]);
	const lines = units.get("db.container")?.split("\n");
	const asImage = (line: string) => `/bin/sh -c 'test "$$(id -u)" = 0 || set -- podman unshare; exec "$$@" ${line}'`;
	for (const line of [
		"Volume=%t/db:/run/db:rw,nosuid,nodev,noexec",
		`ExecStartPre=${asImage("install -d -m 0755 -o 102 -g 105 %t/db")}`,
		`ExecStopPost=${asImage("rm -rf %t/db")}`,
	])
		expect(lines).toContain(line);
});

test("names in a manifest become no commands, lines or paths of their own", () => {
	const accounts: Manifest["accounts"] = {
		users: [
			{ name: "db", uid: 102, gid: 105, home: "/\nu intruder 0", reason: "" },
			{ name: "a/e;touch /intruder;#", uid: 103, gid: 105, home: "/", reason: "" },
			{ name: "cage-db", uid: 103, gid: 105, home: "/%v /", reason: "dedicated" },
		],
		groups: [{ name: "db\nExecStartPre=+/bin/false", gid: 105, members: ["db\nm"], reason: "" }],
		usersLeftOut: 0,
		groupsLeftOut: 0,
	};
	const lines = 'u db -:db "db of the cage db" -\nu cage-db -:cage-db "cage-db of the cage db" -\n';
	expect(sysusers({ accounts, name: "db" })).toBe(lines);
	const replaced = accountLines(accounts, "passwd")[1]?.split(" | ")[1];
	const line = execFileSync("sh", ["-c", replaced ?? ""], { input: "echo ran:x:1:" }).toString();
	expect(line).toBe("a/e;touch /intruder;#:x:1:");
	const cage = { name: "db", application: bareApplication } as Cage;
	const manifest = { accounts, entries: [], writable: [], binds: [] } as unknown as Manifest;
	expect(() => portableFiles({ cage, manifest }, "", new Map())).toThrow("unit-inexpressible");
	expect(() => new UnitLines().set("Group", "db\nExecStartPre=+/bin/false")).toThrow("unit-inexpressible");
	const packages = ["../../../etc/cron.d/x", "x\nStatus: y", "libc6:amd64"].map((name, index) => ({
		...entry(`/${index}`),
		package: { name, version: "1" },
	}));
	const sums = new Map(packages.map(({ path }) => [path, "0"]));
	const files = packageStatus({ entries: packages } as unknown as Manifest, { packageKind: "deb" }, [], sums);
	expect(files.map(({ path }) => path)).toEqual(["", ".md5sums"].map((end) => `/var/lib/dpkg/status.d/libc6${end}`));
});

test("podman mounts nothing else where the state or a directory of the host is", () => {
	const volumes = [{ path: pathFromText("/tmp"), mode: 0o1777, uid: 0, gid: 0 }];
	const binds = [{ path: "/var/tmp", access: "rw" as const }];
	const memory = ["/dev/shm:rw,nosuid,nodev,noexec,size=20%,mode=1777"];
	const words = podmanWords({ ...workload, volumes, binds });
	expect(words.filter((_, index) => words[index - 1] === "--tmpfs")).toEqual(memory);
	const unit = quadletUnits({ ...workload, volumes, binds }).get("db.container");
	expect(unit?.match(/^Tmpfs=.*$/gm)).toEqual(memory.map((one) => `Tmpfs=${one}`));
});

describe("a socket of another service", () => {
	const path = "/run/rpcbind.sock";
	const withSocket: Workload = { ...workload, binds: [...workload.binds, { path, access: "ro", isSocket: true }] };

	test("is a read-only volume of podman at its path", () => {
		expect(podmanWords(withSocket)).toContain(`${path}:${path}:ro,nosuid,nodev`);
		expect(quadletUnits(withSocket).get("db.container")).toContain(`\nVolume=${path}:${path}:ro,nosuid,nodev\n`);
	});
	test("is the node's in a cluster, which Pod Security 'restricted' refuses", () => {
		const deployment = JSON.stringify(kubernetesObjects(withSocket).at(-1));
		const volume = { name: "socket-run-rpcbind-sock", hostPath: { path, type: "Socket" } };
		expect(deployment).toContain(JSON.stringify(volume));
		expect(deployment).toContain(JSON.stringify({ name: volume.name, mountPath: path, readOnly: true }));
		expect([unrestricted(workload), unrestricted(withSocket)]).toEqual([[], ["sockets"]]);
		expect(JSON.stringify(kubernetesObjects(workload))).not.toContain("hostPath");
	});
});

test("a device's name gives a container no other device", () => {
	const devices = [pathFromText("/dev/sda:/dev/null:rwm")];
	expect(() => podmanWords({ ...workload, devices })).toThrow("unit-inexpressible");
	expect(() => quadletUnits({ ...workload, devices })).toThrow("unit-inexpressible");
});

describe("secrets", () => {
	const secret = Buffer.from("hunter2").toString("base64");
	const credentials = [
		{ name: "text", content: secret },
		{ name: "both", files: ["/etc/key"], content: secret },
	];
	const application = { ...bareApplication, env: { DB_PASSWORD: "hunter2", MODE: "on" }, service: { credentials } };
	const cage = { name: "db", application } as unknown as Cage;
	const key = entry("/etc/db.key", { mode: 0o640, gid: 105 });
	const manifest = {
		entries: [key],
		writable: [],
		binds: [],
		permissions: { capabilities: [] },
		accounts: { users: [], groups: [{ name: "db", gid: 105, members: [], reason: "" }] },
		identity: { name: "root", uid: 0, gid: 0, groups: [], home: "/" },
	} as unknown as Manifest;

	test("in variables and credentials are in no file of a portable service that accounts can read", () => {
		const files = portableFiles({ cage, manifest }, "", new Map([[key.path, Buffer.from("hunter2")]]));
		const readable = files.flatMap(({ content, mode = 0o644 }) => (mode & 0o077 ? [Buffer.from(content ?? []).toString()] : []));
		for (const text of readable) expect(text).not.toMatch(new RegExp(`hunter2|${secret}`));
		const unit = readable.find((text) => text.includes("[Service]\n# "));
		for (const line of ["Environment=MODE=on", "LoadCredential=text:text", "LoadCredential=both:/etc/key"])
			expect(unit).toContain(`${line}\n`);
		expect(files.find(({ path }) => path.startsWith("/usr/lib/tmpfiles.d/"))?.mode).toBe(0o600);
	});

	test("in variables are not given to other engines, and named", () => {
		const { env, secretVariables } = workloadOf({ cage, manifest }, undefined);
		expect(env).toEqual({ PATH: expect.any(String), LANG: "C", MODE: "on" });
		expect(secretVariables).toEqual(["DB_PASSWORD"]);
	});

	test.each(["before", "after", "reload", "stop"])("in a command %s are noticed", (when) => {
		const withCommand = (words: readonly string[]) => ({ ...bareApplication, service: { [when]: [["/bin/true"], words] } });
		expect(hasSecretCommand(withCommand(["/bin/client", "--password", "hunter2"]))).toBe(true);
		expect(hasSecretCommand(withCommand(["/bin/client", "--port", "80"]))).toBe(false);
	});
});

test("a setuid file of an account is not setuid on the host of a portable service", () => {
	const shell = entry("/usr/bin/shell", { mode: 0o4750, gid: 105 });
	const manifest = {
		entries: [shell],
		writable: [],
		binds: [],
		permissions: { capabilities: [] },
		accounts: { users: [], groups: [{ name: "db", gid: 105, members: [], reason: "" }] },
		identity: { name: "root", uid: 0, gid: 0, groups: [], home: "/" },
	} as unknown as Manifest;
	const cage = { name: "db", application: bareApplication } as Cage;
	const files = portableFiles({ cage, manifest }, "", new Map([[shell.path, Buffer.from("x")]]));
	const tmpfiles = files.find(({ path }) => path.startsWith("/usr/lib/tmpfiles.d/"))?.content;
	expect(Buffer.from(tmpfiles ?? []).toString()).toContain('/usr/bin/shell" 0750 root db - ');
});

test("accounts travel by name, without a number", () => {
	const accounts: Manifest["accounts"] = {
		users: [
			{ name: "root", uid: 0, gid: 0, home: "/root", reason: "" },
			{ name: "db", uid: 102, gid: 105, home: "/var/lib/db", reason: "" },
		],
		groups: [
			{ name: "db", gid: 105, members: [], reason: "" },
			{ name: "log", gid: 4, members: ["db"], reason: "" },
		],
		usersLeftOut: 0,
		groupsLeftOut: 0,
	};
	expect(sysusers({ accounts, name: "db" })).toBe('g db -\ng log -\nu db -:db "db of the cage db" /var/lib/db\nm db log\n');
	const own = {
		...accounts,
		users: [...accounts.users, { name: "cage-db", uid: 102, gid: 105, home: "/nonexistent", reason: "dedicated" }],
		groups: [...accounts.groups, { name: "cage-db", gid: 105, members: [], reason: "dedicated" }],
	};
	expect(sysusers({ accounts: own, name: "db" })).toContain("u cage-db -:cage-db ");
	expect(sysusers({ accounts: own, name: "db" })).not.toContain("u db ");
	const getent = ["root", "cage-db | sed 's/^[^:]*/db/'", "cage-db"].map((rest) => `getent passwd ${rest}`);
	expect(accountLines(own, "passwd")).toEqual(getent);
});
