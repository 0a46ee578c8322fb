import { expect, test } from "vitest";
import { launchPath } from "../../../src/core/application/application.ts";
import { keptEnvironment } from "../../../src/core/application/environment.ts";

test("the application's variables are kept without those of its start and of the launcher, and secrets are named", () => {
	const words = [
		...["MODE=plain", "EMPTY=", "LINES=a=b\nc", "HOME=/var/lib/app"],
		`PATH=${launchPath}`,
		...["LANG=C", "LC_ALL=de_DE.UTF-8", "SHLVL=2", "SSH_CLIENT=192.0.2.1", "NOTIFY_SOCKET=/run/systemd/notify", "LISTEN_FDS=1"],
		...["DB_PASSWORD=x", "API_KEY=x", "MONKEY=banana", "UPSTREAM=http://user:word@example.test/", "nginx: worker process", ""],
		"1X=2",
	];
	expect(keptEnvironment(words)).toEqual({
		pairs: ["MODE=plain", "EMPTY=", "LINES=a=b\nc", "HOME=/var/lib/app", "LC_ALL=de_DE.UTF-8", "MONKEY=banana"],
		leftOut: ["DB_PASSWORD", "API_KEY", "UPSTREAM"],
	});
});
