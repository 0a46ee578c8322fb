import { execFileSync } from "node:child_process";
import { connect } from "node:net";

/** A service as Debian installs it, with repairs for its errors in a bare chroot. */
export interface Subject {
	readonly name: "nginx" | "redis";
	/** The command, in the foreground. */
	readonly command: readonly string[];
	readonly processName: string;
	/** The account that its unit starts it as; absent for root. */
	readonly account?: { readonly uid: number; readonly gid: number };
	/** Sends one real request. `wrong` is an unexpected answer, undefined is none. */
	ask(): Promise<"right" | { readonly wrong: string } | undefined>;
	/** A shell line that puts load on it and prints the requests per second. */
	readonly load: string;
	readonly perSecond: RegExp;
	readonly repairs: readonly Repair[];
}

/** One administrator's reaction to one message. */
export interface Repair {
	readonly message: RegExp;
	/** Uses the path in the message. */
	readonly does: (found: RegExpExecArray) => RepairStep;
}

export type RepairStep =
	| { readonly copy: string }
	/** Created in the cage with the host's owner and mode. */
	| { readonly directory: string }
	/** Gets the host's owner and mode, with everything below it. */
	| { readonly owner: string }
	/** An account's line, copied from the host's file to the cage's. */
	| { readonly line: string; readonly of: "/etc/passwd" | "/etc/group" };

const idOf = (account: string, what: "-u" | "-g") => Number(execFileSync("id", [what, account], { encoding: "utf8" }));

/** In search order; each is used at most once for the same path. */
const loading: readonly Repair[] = [
	{ message: /error while loading shared libraries: (\S+?):/, does: ([, name]) => ({ copy: `/lib/x86_64-linux-gnu/${name}` }) },
	{ message: /chroot: failed to run command/, does: () => ({ copy: "/lib64/ld-linux-x86-64.so.2" }) },
];

export const nginx: Subject = {
	name: "nginx",
	command: ["/usr/sbin/nginx", "-g", "daemon off;"],
	processName: "nginx",
	async ask() {
		const page = await fetch("http://127.0.0.1/").catch(() => undefined);
		if (page === undefined) return undefined;
		const text = await page.text();
		return page.ok && /<html/i.test(text) ? "right" : { wrong: `HTTP ${page.status}` };
	},
	load: "wrk -t1 -c16 -d3s http://127.0.0.1/",
	perSecond: /Requests\/sec:\s+([\d.]+)/,
	repairs: [
		{ message: /open\(\) "\/etc\/nginx\/nginx\.conf" failed \(2/, does: () => ({ copy: "/etc/nginx" }) },
		{ message: /open\(\) "(\/etc\/[^"]+)" failed \(2/, does: ([, path = ""]) => ({ copy: path }) },
		{ message: /getpwnam\("([\w-]+)"\) failed/, does: ([, line = ""]) => ({ line, of: "/etc/passwd" }) },
		{ message: /getgrnam\("([\w-]+)"\) failed/, does: ([, line = ""]) => ({ line, of: "/etc/group" }) },
		{ message: /mkdir\(\) "(\/var\/lib\/nginx)\/\w+" failed \(2/, does: ([, path = ""]) => ({ directory: path }) },
		{ message: /open\(\) "(\/var\/log\/nginx)\/[\w.]+" failed \(2/, does: ([, path = ""]) => ({ directory: path }) },
		{ message: /open\(\) "(\/run)\/nginx\.pid" failed \(2/, does: ([, path = ""]) => ({ directory: path }) },
		{ message: /HTTP (403|404|500)/, does: () => ({ copy: "/var/www/html" }) },
		...loading,
	],
};

export const redis: Subject = {
	name: "redis",
	command: ["/usr/bin/redis-server", "/etc/redis/redis.conf", "--daemonize", "no", "--supervised", "no"],
	processName: "redis-server",
	account: { uid: idOf("redis", "-u"), gid: idOf("redis", "-g") },
	ask: () =>
		new Promise((resolve) => {
			const socket = connect(6379, "127.0.0.1", () => socket.write("SET bench ok\r\nGET bench\r\n"));
			let said = "";
			socket.on("data", (data) => {
				said += data.toString();
				if (!/^-|\r\nok\r\n$/.test(said)) return;
				socket.destroy();
				resolve(said === "+OK\r\n$2\r\nok\r\n" ? "right" : { wrong: said.trim() });
			});
			socket.on("error", () => resolve(undefined));
			socket.on("close", () => resolve(undefined));
		}),
	load: "redis-benchmark -t get -n 40000 -c 50 --csv",
	perSecond: /"GET","([\d.]+)"/,
	repairs: [
		{ message: /can't open config file '(.*)\/redis\.conf': No such/, does: ([, path = ""]) => ({ copy: path }) },
		{ message: /can't open config file '(.*)\/redis\.conf': Permission/, does: ([, path = ""]) => ({ owner: path }) },
		{ message: /Can't open the log file: No such/, does: () => ({ directory: "/var/log/redis" }) },
		{ message: /Can't open the log file: Permission/, does: () => ({ owner: "/var/log/redis" }) },
		{ message: />>> 'dir (\S+)'\nNo such/, does: ([, path = ""]) => ({ directory: path }) },
		{ message: />>> 'dir (\S+)'\nPermission/, does: ([, path = ""]) => ({ owner: path }) },
		...loading,
	],
};
