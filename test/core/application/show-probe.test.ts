import { expect, test } from "vitest";
import { proposeProbe } from "../../../src/core/application/probe.ts";
import { exchange, showProbe } from "../../../src/core/application/probe-lines.ts";
import { deliverMail, followLinks } from "../../../src/core/application/protocol.ts";

const tools = { programs: new Set<string>(), node: "/usr/bin/node" };
const shown = (...command: string[]) =>
	proposeProbe({ command, ports: [], ...tools, env: {} }).map(({ probes }) => probes.map(showProbe));

test("a shell line is shown by its first line", () => {
	expect(showProbe("curl -fsS localhost")).toBe("curl -fsS localhost");
	expect(showProbe("node -e '\nconst a = 1;\n'\n")).toBe("node -e '…");
	expect(showProbe("x".repeat(500))).toHaveLength(101);
});

test("a conversation is shown with its address and the sent text", () => {
	const target = { host: "127.0.0.1", port: 25 };
	const steps = [{ expect: "^220" }, { send: "EHLO localhost\r\n" }, { expect: "^250" }, { send: "QUIT\r\n" }];
	expect(showProbe(exchange(target, tools, steps))).toBe("tcp 127.0.0.1:25: EHLO localhost, QUIT");
	expect(showProbe(exchange(target, tools, [{ expect: "^220" }]))).toBe("tcp 127.0.0.1:25");
	expect(showProbe(exchange({ ...target, socket: "/run/a.sock" }, tools, [{ send: "PING\r\n" }]))).toBe("unix /run/a.sock: PING");
	expect(showProbe(exchange(target, tools, [{ send: "\0\x01" }]))).toBe("tcp 127.0.0.1:25");
});

test("no proposed probe shows its script", () => {
	expect(shown("/usr/sbin/nginx")).toEqual([["GET http://127.0.0.1:80/"]]);
	expect(showProbe(followLinks("http://127.0.0.1:80/", tools))).toBe("GET http://127.0.0.1:80/ and its links");
	expect(showProbe(deliverMail({ host: "127.0.0.1", port: 25 }, tools, "root"))).toBe("tcp 127.0.0.1:25: mail to root");
	expect(showProbe("node -e 'process.exit(0)' a b")).toBe("node: a b");
	expect(shown("/usr/sbin/named").flat()).toContain("dns 127.0.0.1:53");
	expect(shown("/usr/sbin/snmpd")[0]?.[0]).toBe("udp 127.0.0.1:161");
	for (const server of ["redis-server", "named", "postgres", "mariadbd", "sshd", "vsftpd", "tinyproxy"]) {
		for (const probe of shown(server).flat()) expect(probe).not.toMatch(/require|=>/);
	}
});
