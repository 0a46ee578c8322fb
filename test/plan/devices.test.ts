import { describe, expect, test } from "vitest";
import { pathFromText } from "../../src/base/path/path.ts";
import { cageEntries } from "../../src/cage/layout.ts";
import { judgeDevice } from "../../src/plan/devices.ts";
import { type Did, entryAt, planFor, rules, trace } from "./traces.ts";
import { link, type Node, node, socket, tree } from "./tree.ts";

const judge = (path: string, made: ReturnType<typeof node>) =>
	judgeDevice(pathFromText(path), { mode: 0o666, uid: 0, gid: 0, size: 0, mtime: 0, ...made });

test.each<[string, ReturnType<typeof node>, string]>([
	["/dev/null", node(1, 3), "give"],
	["/dev/zero", node(1, 5), "give"],
	["/dev/full", node(1, 7), "give"],
	["/dev/random", node(1, 8), "give"],
	["/dev/urandom", node(1, 9), "give"],
	["/dev/tty", node(5, 0), "ask"],
	["/dev/net/tun", node(10, 200), "ask"],
	["/dev/sda", node(8, 0, "block-device"), "refuse"],
	["/dev/null", node(8, 0, "block-device"), "refuse"],
	["/dev/mem", node(1, 1), "refuse"],
	["/dev/kmem", node(1, 2), "refuse"],
	["/dev/port", node(1, 4), "refuse"],
	["/dev/kmsg", node(1, 11), "refuse"],
	["/dev/null", node(1, 1), "refuse"],
	["/dev/innocent", node(1, 1), "refuse"],
	["/dev/sg0", node(21, 0), "refuse"],
	["/dev/raw/raw1", node(162, 1), "refuse"],
	["/dev/cpu/0/msr", node(202, 0), "refuse"],
	["/dev/null", node(10, 232), "ask"],
	["/dev/uinput", node(10, 223), "refuse"],
	["/dev/innocent", node(10, 223), "refuse"],
	["/dev/mapper/control", node(10, 236), "refuse"],
	["/dev/loop-control", node(10, 237), "refuse"],
	["/dev/mtd0", node(90, 0), "refuse"],
	["/dev/nvme0", node(241, 0), "refuse"],
	["/dev/bsg/0:0:0:0", node(246, 0), "refuse"],
	["/dev/fuse", node(10, 229), "ask"],
])("%s as %j: %s", (path, made, expected) => expect(judge(path, made)).toBe(expected));

describe("the plan's devices", () => {
	const host: Record<string, Node> = {
		"/dev/null": node(1, 3),
		"/dev/urandom": node(1, 9),
		"/dev/tty": node(5, 0),
		"/dev/sda": node(8, 0, "block-device"),
		"/dev/rtc0": node(254, 0),
		"/dev/rtc": link("rtc0"),
		"/dev/fd": link("/proc/self/fd"),
		"/dev/stdout": link("/proc/self/fd/1"),
		"/proc/self": link("42"),
		"/proc/42/fd/1": link("/dev/tty"),
		"/dev/log": link("/run/log"),
		"/run/log": socket(),
		"/srv/entropy": link("/dev/urandom"),
		"/srv/node": node(1, 3),
	};
	const plan = (did: Record<string, Did>, devices: string[] = []) =>
		planFor(tree(host), trace(did), { rules: rules({ devices }) });
	const devices = (made: ReturnType<typeof plan>) =>
		Object.fromEntries(made.entries.filter((entry) => entry.kind === "device").map((entry) => [entry.path, entry.decision]));

	test("always include /dev/null with access for everybody, whatever its mode on the host", () => {
		const made = planFor(tree({ "/dev/null": { ...node(1, 3), mode: 0o600 } }), trace({}));
		expect(entryAt(made, "/dev/null")).toMatchObject({ kind: "device", mode: 0o666, device: { type: "c", major: 1, minor: 3 } });
	});
	test("include harmless ones that were used, and list others, which need consent", () => {
		const made = plan({ "/dev/urandom": "read", "/dev/tty": "read", "/dev/rtc0": "ENOENT:read" });
		expect(devices(made)).toEqual({
			"/dev/null": "include",
			"/dev/urandom": "include",
			"/dev/tty": "declined",
			"/dev/rtc0": "declined",
		});
		expect(made.declined).toEqual(["/dev/rtc0", "/dev/tty"].map((path) => ({ path, risk: "device" })));
		expect(devices(plan({}, ["/dev/tty"]))).toEqual({ "/dev/null": "include", "/dev/tty": "include" });
	});
	test("never include a disk: a used one is declined, a named one is an error", () => {
		expect(plan({ "/dev/sda": "read" }).declined).toEqual([{ path: "/dev/sda", risk: "refused-device" }]);
		expect(() => plan({}, ["/dev/sda"])).toThrow(expect.objectContaining({ code: "device-refused", exit: 4 }));
	});
	test("below /dev, a link becomes the device itself", () => {
		const made = plan({}, ["/dev/rtc"]);
		expect(entryAt(made, "/dev/rtc")).toMatchObject({ kind: "device", decision: "include", device: { major: 254, minor: 0 } });
		expect(devices(plan({ "/dev/rtc": "read" }))).toMatchObject({ "/dev/rtc": "declined" });
	});
	test("elsewhere, a link brings the device that it leads to", () => {
		const made = plan({ "/srv/entropy": "read" });
		expect(devices(made)).toMatchObject({ "/dev/urandom": "include" });
		expect(entryAt(made, "/srv/entropy")?.kind).toBe("symlink");
		expect(() => cageEntries(made)).not.toThrow();
	});
	test("never include what the launcher creates or what depends on the reader", () => {
		const made = plan({ "/dev/stdout": "write", "/dev/fd/1": "write", "/dev/log": "connect", "/dev/../dev/tty": "read" });
		expect(devices(made)).toEqual({ "/dev/null": "include", "/dev/tty": "declined" });
		expect(made.entries.filter((entry) => entry.path.startsWith("/proc") || entry.path.startsWith("/run"))).toEqual([]);
	});
});
