import { expect, test } from "vitest";
import { notableSettings, serviceTexts } from "../../../src/transfer/report/service.ts";

test("a review shows every setting of a service as in a unit", () => {
	const service = {
		umask: 0o27,
		resourceLimits: ["--nofile=100:200"],
		oomScoreAdjust: -1000,
		ignoresPipe: true,
		notifies: true,
		detaches: true,
		watchdog: 30_000_000,
		stopSignal: "INT",
		pidFile: "/run/a.pid",
		pidFiles: ["/run/b.pid"],
		runtimeDirectories: ["/run/a"],
		before: [["/bin/a", "b c"]],
		after: [["/bin/b"]],
		reload: [["-/bin/c"]],
		stop: [["/bin/d", "$MAINPID"]],
		credentials: [{ name: "key", files: ["/etc/key"], content: "YQ==" }],
	} as const;
	expect(serviceTexts(service)).toEqual([
		"UMask=0027",
		"LimitNOFILE=100:200",
		"OOMScoreAdjust=-1000",
		"IgnoreSIGPIPE=yes",
		"Type=notify",
		"Type=forking",
		"WatchdogSec=30000000us",
		"KillSignal=SIGINT",
		"PIDFile=/run/a.pid",
		"PIDFile=/run/b.pid",
		"RuntimeDirectory=/run/a",
		"ExecStartPre=/bin/a 'b c'",
		"ExecStartPost=/bin/b",
		"ExecReload=-/bin/c",
		"ExecStop=/bin/d '$MAINPID'",
		"LoadCredential=key:/etc/key",
		"SetCredential=key",
	]);
	expect(serviceTexts()).toEqual([]);
});

test("a log names a setting that protects the service at the cost of others", () => {
	expect(notableSettings({ oomScoreAdjust: -1, umask: 0 })).toEqual(["OOMScoreAdjust=-1"]);
	expect(notableSettings({ oomScoreAdjust: 500 })).toEqual([]);
});
