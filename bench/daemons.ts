import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, freePort, inFolder, type Result, seconds } from "./harness.ts";

interface Daemon {
	readonly command: readonly string[];
	/** A shell line that passes once the daemon answers. */
	readonly probe: string;
}

/** Sandboxed runs of a `make` without a second trial: two traced starts and the trial. */
const sandboxed = 2;

/**
 * Compares whole jobs for a dozen daemons with the same number of bare runs: start, answer, stop. Both contain the probes and the
 * daemon's time to stop, so that the difference is the cost of tracing, planning, building and confining.
 */
export const daemons: Bench = {
	name: "daemons",
	run: () =>
		inFolder(async (folder) => {
			chmodSync(folder, 0o755);
			const ratios: number[] = [];
			const costs: number[] = [];
			const notes: string[] = [];
			for (const [name, make] of Object.entries(dozen)) {
				const place = join(folder, name);
				mkdirSync(place, { recursive: true });
				const daemon = make(await freePort(), place);
				if (!existsSync(daemon.command[0] ?? "")) continue;
				const bare = await bareRun(daemon);
				const { rounds, taken } = makeCage(join(folder, "state"), name, daemon);
				const runs = bare * (sandboxed + rounds);
				ratios.push(taken / runs);
				costs.push(taken - runs);
				notes.push(`${name} ${taken.toFixed(1)}/${runs.toFixed(2)} s`);
			}
			return [
				{
					what: "make --yes, one value for each daemon",
					against: "its runs, bare",
					values: ratios,
					unit: "x",
					target: { atMost: 3 },
					note: notes.join(", "),
				} satisfies Result,
				{ what: "make --yes without its bare runs, one value for each daemon", values: costs, unit: "s" } satisfies Result,
			];
		}),
};

async function bareRun({ command, probe }: Daemon): Promise<number> {
	return seconds(async () => {
		const child = spawn(command[0] ?? "", command.slice(1), { stdio: "ignore", cwd: "/" });
		const ended = new Promise((resolve) => child.on("exit", resolve));
		for (let tries = 0; spawnSync("/bin/sh", ["-c", probe], { stdio: "ignore" }).status !== 0; tries++) {
			if (tries > 600 || child.exitCode !== null) throw new Error(`${command.join(" ")} does not answer ${probe}`);
			await sleep(20);
		}
		child.kill("SIGTERM");
		await ended;
	});
}

function makeCage(state: string, name: string, { command, probe }: Daemon): { rounds: number; taken: number } {
	const started = performance.now();
	const words = ["--name", name, "--probe", probe, "--yes", "--no-selftest", "--json", "--", ...command];
	const said = execFileSync(process.execPath, ["bin/cagewright.js", "--state", state, "--quiet", "make", ...words], {
		encoding: "utf8",
	});
	return { rounds: JSON.parse(said).rounds.length, taken: (performance.now() - started) / 1000 };
}

const page = (port: number) => `curl -fsS -o /dev/null --noproxy '*' http://127.0.0.1:${port}/`;
const dig = (port: number) => `dig +short +time=1 +tries=1 -p ${port} @127.0.0.1 localhost A | grep -qx 127.0.0.1`;

function config(place: string, text: string): string {
	const path = join(place, "config");
	writeFileSync(path, text);
	return path;
}

function pages(place: string): string {
	const folder = join(place, "pages");
	mkdirSync(folder);
	writeFileSync(join(folder, "index.html"), "<p>hello</p>\n");
	return folder;
}

const dozen: Record<string, (port: number, place: string) => Daemon> = {
	redis: (port, place) => ({
		command: ["/usr/bin/redis-server", "--port", `${port}`, "--save", "", "--dir", place],
		probe: `redis-cli -p ${port} ping | grep -q PONG`,
	}),
	memcached: (port) => ({
		command: ["/usr/bin/memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", `${port}`],
		probe: `printf 'version\\r\\nquit\\r\\n' | busybox nc -w 2 127.0.0.1 ${port} | grep -q VERSION`,
	}),
	mosquitto: (port) => ({
		command: ["/usr/sbin/mosquitto", "-p", `${port}`],
		probe: `printf '\\020\\014\\000\\004MQTT\\004\\002\\000\\074\\000\\000\\340\\000' | busybox nc -w 2 127.0.0.1 ${port} | od -An -tx1 | grep -q '20 02'`,
	}),
	nginx: (port, place) => ({
		command: [
			"/usr/sbin/nginx",
			"-c",
			config(place, `events {}\nhttp { server { listen 127.0.0.1:${port}; root ${pages(place)}; } }\n`),
			"-g",
			"daemon off;",
		],
		probe: page(port),
	}),
	lighttpd: (port, place) => ({
		command: [
			"/usr/sbin/lighttpd",
			"-D",
			"-f",
			config(place, `server.document-root = "${pages(place)}"\nserver.port = ${port}\nindex-file.names = ("index.html")\n`),
		],
		probe: page(port),
	}),
	haproxy: (port, place) => ({
		command: [
			"/usr/sbin/haproxy",
			"-Ws",
			"-f",
			config(
				place,
				`defaults\n mode http\n timeout client 5s\nfrontend a\n bind 127.0.0.1:${port}\n http-request return status 200\n`,
			),
		],
		probe: page(port),
	}),
	dnsmasq: (port) => ({
		command: ["/usr/sbin/dnsmasq", "--keep-in-foreground", "--no-resolv", "--conf-file=/dev/null", "-p", `${port}`],
		probe: dig(port),
	}),
	named: (port, place) => ({
		command: [
			"/usr/sbin/named",
			"-f",
			"-p",
			`${port}`,
			"-c",
			config(place, `options { directory "/tmp"; listen-on { 127.0.0.1; }; pid-file none; recursion no; };\n`),
		],
		probe: `dig +time=1 +tries=1 -p ${port} @127.0.0.1 . NS | grep -q 'status: REFUSED'`,
	}),
	rsync: (port, place) => ({
		command: [
			"/usr/bin/rsync",
			"--daemon",
			"--no-detach",
			`--port=${port}`,
			`--config=${config(place, `[pages]\n path = ${pages(place)}\n use chroot = no\n`)}`,
		],
		probe: `rsync -q rsync://127.0.0.1:${port}/pages/`,
	}),
	python: (port, place) => ({
		command: ["/usr/bin/python3", "-m", "http.server", `${port}`, "--bind", "127.0.0.1", "--directory", pages(place)],
		probe: page(port),
	}),
	node: (port) => ({
		command: ["/usr/bin/node", "-e", `require("http").createServer((_, to) => to.end("hello")).listen(${port}, "127.0.0.1")`],
		probe: page(port),
	}),
	perl: (port) => ({
		command: [
			"/usr/bin/perl",
			"-MIO::Socket::INET",
			"-e",
			`my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1:${port}", Listen => 5, ReuseAddr => 1) or die; while (my $c = $s->accept) { <$c>; print $c "HTTP/1.0 200 OK\\r\\n\\r\\nhello"; close $c }`,
		],
		probe: page(port),
	}),
};
