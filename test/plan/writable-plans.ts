import { type Did, planFor, trace } from "./traces.ts";
import { directory, link, type Node, tree } from "./tree.ts";

export const host = {
	"/var/run": link("/run"),
	"/run": directory(),
	"/var/lib/app": directory({ uid: 900, gid: 901, mode: 0o750 }),
	"/var/log": directory(),
	"/var/cache": directory(),
	"/tmp": directory({ mode: 0o1777 }),
	"/etc/app.conf": "",
};

export const plan = (did: Record<string, Did>, more: Record<string, Node> = {}, values: Parameters<typeof planFor>[2] = {}) =>
	planFor(tree({ ...host, ...more }), trace(did), values);
export const seedsOf = (made: ReturnType<typeof plan>, path: string) =>
	made.writable.find((one) => one.path === path)?.seeds.map((seed) => seed.path);
