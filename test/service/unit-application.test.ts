// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such variables are systemd's, not ours
import { describe, expect, it } from "vitest";
import { commandBeforeRule, ownChroot, stayInForeground } from "../../src/service/daemons.ts";
import { applicationFromUnit } from "../../src/service/unit-application.ts";
import { parseServiceUnit } from "../../src/service/unit-file.ts";

function of(text: string, files: Record<string, string> = {}, name = "a.service") {
	return applicationFromUnit(parseServiceUnit(name, [text]), { environmentFiles: new Map(Object.entries(files)) });
}

/** A service that starts /bin/a, with these settings. */
const started = (text: string) => of(`[Service]\nExecStart=/bin/a\n${text}`);

/** The same on a machine with these accounts. */
function withPasswd(passwd: string, text: string) {
	const unit = parseServiceUnit("a.service", [`[Service]\nExecStart=/bin/a\n${text}`]);
	return applicationFromUnit(unit, { read: (path) => (path === "/etc/passwd" ? passwd : undefined) });
}

describe("the application of a unit", () => {
	it("has the options from its environment file (named)", () => {
		const text = "[Service]\nType=notify\nEnvironmentFile=-/etc/default/named\nExecStart=/usr/sbin/named -f $OPTIONS\n";
		const { application, notes } = of(text, { "/etc/default/named": 'OPTIONS="-u bind"\n' });
		const env = { USER: "root", OPTIONS: "-u bind" };
		const service = { ignoresPipe: true, notifies: true };
		expect(application).toEqual({ command: ["/usr/sbin/named", "-f", "-u", "bind"], cwd: "/", env, directories: [], service });
		expect(notes).toEqual([]);
	});

	it("stays in the foreground (nginx)", () => {
		const from = "/usr/sbin/nginx -g 'daemon on; master_process on;'";
		const check = "/usr/sbin/nginx -t -q -g 'daemon on; master_process on;'";
		const { application, notes, before } = of(`[Service]\nType=forking\nExecStartPre=${check}\nExecStart=${from}`);
		expect(application.command).toEqual(["/usr/sbin/nginx", "-g", "daemon off; master_process on;"]);
		expect(notes[0]).toEqual({ code: "unit-foreground", values: { from, to: from.replace("daemon on", "daemon off") } });
		expect(before).toEqual([["/usr/sbin/nginx", "-t", "-q", "-g", "daemon on; master_process on;"]]);
	});

	it.each([
		["", undefined],
		["User=root", undefined],
		["User=redis\nGroup=redis", "redis"],
		["User=a\nGroup=b", "a:b"],
		["Group=b", "root:b"],
		// systemd.exec(5): without User= the name is the unit's. Omitted, it would start as root.
		["DynamicUser=yes\nUser=x", "x"],
		["DynamicUser=yes", "a"],
		["User=a\nSupplementaryGroups=adm ssl-cert", "a::adm,ssl-cert"],
		["User=a\nGroup=b\nSupplementaryGroups=adm", "a:b:adm"],
		["SupplementaryGroups=adm", "root::adm"],
	])("has the unit's account: %j", (text, user) => expect(started(text).application.user).toBe(user));

	it("reports an account that systemd creates, unless the machine has it", () => {
		const dynamic = (text: string) => withPasswd("known:x:9:9::/:/bin/sh\n", text).dynamicUser;
		expect(["", "\nUser=x", "\nUser=known"].map((text) => dynamic(`DynamicUser=yes${text}`))).toEqual(["a", "x", undefined]);
		expect(dynamic("User=x")).toBeUndefined();
	});

	it("has its directories, and systemd's variables for them", () => {
		const { application } = started("RuntimeDirectory=a b\nStateDirectory=c\nUnsetEnvironment=STATE_DIRECTORY");
		expect(application.directories).toEqual(["/run/a", "/run/b", "/var/lib/c"]);
		expect(application.env).toEqual({ USER: "root", RUNTIME_DIRECTORY: "/run/a:/run/b" });
	});

	it("has the directories that a shell line creates", () => {
		const line = "ExecStart=sh -c 'mkdir -p /run/slapd; chown a:b /run/slapd; exec /usr/sbin/slapd -d0'";
		const { application, notes } = of(`[Service]\n${line}`);
		expect(application).toMatchObject({ command: ["/usr/sbin/slapd", "-d0"], directories: ["/run/slapd:0755:a:b"] });
		expect(notes.map(({ code }) => code)).toEqual(["unit-shell-exec"]);
	});

	it("is started by its shell line if that changes more than directories", () => {
		const line = "cd /var/lib/a && exec /usr/bin/a -x";
		const { application, notes } = of(`[Service]\nExecStart=/bin/sh -c '${line}'`);
		expect(application.command).toEqual(["/bin/sh", "-c", line]);
		expect(notes.map(({ code }) => code)).toEqual(["unit-shell"]);
	});

	it("has directories with their modes, and no configuration directories", () => {
		const runtime = "RuntimeDirectory=a b/c\nRuntimeDirectoryMode=0700";
		const { application } = started(`${runtime}\nLogsDirectory=a\nLogsDirectoryMode=2755\nConfigurationDirectory=a`);
		expect(application.directories).toEqual(["/run/a:0700", "/run/b/c:0700", "/var/log/a"]);
		expect(application.env?.CONFIGURATION_DIRECTORY).toBe("/etc/a");
	});

	it("has the capabilities that its unit gives its account", () => {
		const { application } = started("User=u\nAmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN");
		expect(application.service?.capabilities).toEqual(["net_raw", "net_admin"]);
	});

	it("can have the account's home as its working directory", () => {
		const passwd = "root:x:0:0::/root:/bin/sh\nu:x:9:9::/srv/u:/bin/sh\n";
		const cwd = (text: string) => withPasswd(passwd, `WorkingDirectory=~\n${text}`).application.cwd;
		expect([cwd("User=u"), cwd(""), cwd("User=none")]).toEqual(["/srv/u", "/root", undefined]);
	});

	it("has the account's variables as measured with systemd 257", () => {
		const passwd = [
			"root:x:0:0::/root:/bin/bash",
			"daemon:x:1:1::/usr/sbin:/usr/sbin/nologin",
			"nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin",
		].join("\n");
		const env = (text: string) => withPasswd(passwd, text).application.env;
		expect(env("")).toEqual({ USER: "root" });
		expect(env("User=root")).toEqual({ USER: "root", LOGNAME: "root", HOME: "/root", SHELL: "/bin/bash" });
		for (const user of ["daemon", "1"])
			expect(env(`User=${user}`)).toEqual({ USER: "daemon", LOGNAME: "daemon", HOME: "/usr/sbin" });
		expect(env("User=nobody")).toEqual({ USER: "nobody", LOGNAME: "nobody" });
		expect(env("DynamicUser=yes")).toEqual({ USER: "a", LOGNAME: "a" });
		expect(env("User=daemon\nSetLoginEnvironment=no")).toEqual({ USER: "daemon" });
		expect(env("User=daemon\nEnvironment=HOME=/srv")).toMatchObject({ HOME: "/srv" });
		expect(env("User=daemon\nUnsetEnvironment=HOME")).toEqual({ USER: "daemon", LOGNAME: "daemon" });
	});

	it("starts as root with the prefixes `+` and `!`, but not with `!!`, whatever its account", () => {
		const user = (prefix: string) => of(`[Service]\nUser=u\nExecStart=${prefix}/bin/a`).application.user;
		expect([user("+"), user("!"), user("!!"), user("-")]).toEqual([undefined, undefined, "u", "u"]);
	});

	it("prefers an environment file to Environment=", () => {
		const text = "[Service]\nExecStart=/bin/a\nEnvironmentFile=/f\nEnvironment=A=1";
		expect(of(text, { "/f": "A=2" }).application.env).toEqual({ USER: "root", A: "2" });
	});

	it.each([
		["ExecReload=/bin/kill -HUP $MAINPID", "HUP"],
		["ExecReload=kill -s SIGUSR1 ${MAINPID}", "USR1"],
		["ExecReload=/bin/kill --signal=1 $MAINPID", "HUP"],
		["ExecReload=/bin/kill $MAINPID", "TERM"],
		["ExecReload=/usr/sbin/rndc reload", undefined],
		["ExecReload=/bin/kill -HUP;id $MAINPID", undefined],
		["Type=notify-reload", "HUP"],
		["Type=notify-reload\nReloadSignal=SIGUSR2", "USR2"],
		["Type=notify", undefined],
		["ExecReload=/usr/sbin/nginx -s reload\nExecStart=\nExecStart=/usr/sbin/nginx", "HUP"],
		["ExecReload=/usr/sbin/apachectl graceful\nExecStart=\nExecStart=/usr/sbin/apachectl start", "USR1"],
	])("%s", (line, signal) => expect(started(line).reloadSignal).toBe(signal));

	it.each([
		["[Service]\n", "unit-without-command"],
		["[Service]\nType=forking\nExecStart=/opt/x/start.sh", "unit-forking-unknown"],
		["[Service]\nType=oneshot\nExecStart=/bin/a\nExecStart=/bin/b", "unit-several-commands"],
		["[Service]\nExecStart=/bin/sh -c 'a | b'", "unit-shell"],
		["[Service]\nExecStart=@/bin/a b", "unit-argument-zero"],
		["[Service]\nExecStart=/bin/a\nEnvironmentFile=/missing", "unit-environment-file-missing"],
		["[Service]\nExecStart=/bin/a $NO", "unit-variables-missing"],
		["[Service]\nExecStart=/bin/a\nDynamicUser=yes", "unit-dynamic-user"],
		["[Service]\nExecStart=/bin/a\nAmbientCapabilities=CAP_NET_BIND_SERVICE", "unit-ambient-capabilities"],
		["[Service]\nSockets=a.socket\nExecStart=/bin/a", "unit-sockets-unsupported"],
		["[Service]\nExecStart=/bin/a\nPassEnvironment=LANG TZ", "unit-variables-passed"],
		["[Service]\nExecStart=/bin/a\nLimitCORE=infinity", "unit-process-settings"],
		["[Service]\nExecStart=/bin/sh -c 'set -e; exec /bin/a'", "unit-shell-exec"],
		["[Service]\nExecStart=/bin/a\nExecStartPre=/opt/prepare", "unit-start-pre-inside"],
		["[Service]\nExecStart=/bin/a\nExecStartPre=+/opt/prepare", "unit-start-pre"],
		["[Service]\nExecStart=/bin/a\nExecStartPost=/opt/fill", "unit-start-post"],
		["[Service]\nExecStart=/bin/a\nExecStartPost=/bin/sleep 5", "unit-start-post-omitted"],
		["[Service]\nExecStart=/bin/a\nExecReload=/opt/ctl reload", "unit-reload-inside"],
		["[Service]\nExecStart=/bin/a\nExecReload=/opt/ctl check\nExecReload=/bin/sh -c x", "unit-reload-command"],
		["[Service]\nExecStart=/bin/a\nRootDirectory=/srv/a", "unit-root-directory"],
		["[Service]\nExecStart=/bin/a\nLoadCredential=key:/etc/key", "unit-credentials-passed"],
		["[Service]\nExecStart=/bin/a\nImportCredential=tls.*", "unit-credentials"],
		["[Service]\nUser=u\nExecStart=+/bin/a", "unit-privileged"],
		["[Service]\nUser=u\nWorkingDirectory=~\nExecStart=/bin/a", "unit-home"],
	])("reports %j: %s", (text, code) => expect(of(text).notes.map((note) => note.code)).toContain(code));

	it("keeps a template without an instance", () => {
		const { application, notes } = of("[Service]\nExecStart=/bin/a /etc/%i.conf", {}, "a@.service");
		expect(application.command).toEqual(["/bin/a", "/etc/%i.conf"]);
		expect(notes[0]?.code).toBe("unit-template");
	});
});

describe("staying in the foreground", () => {
	it.each([
		["nginx", "nginx -g daemon off;"],
		["nginx -g pid=/x;", "nginx -g daemon off; pid=/x;"],
		["/usr/sbin/apache2 -k start", "/usr/sbin/apache2 -D FOREGROUND"],
		["httpd -DFOREGROUND", "httpd -DFOREGROUND"],
		["exim4 -bd -q30m", "exim4 -bdf -q30m"],
		["postfix debian-systemd-start", "postfix start-fg"],
		["privoxy --user privoxy /c", "privoxy --no-daemon --user privoxy /c"],
		["ulogd --daemon --uid ulog", "ulogd --uid ulog"],
		["redis-server /c --daemonize yes", "redis-server /c"],
	])("%s", (from, to) => {
		// "nginx -g daemon off;" has a word with a blank, so it is compared as text.
		expect(stayInForeground(from.split(" "))?.command.join(" ")).toBe(to);
	});

	it("keeps the unit's own command in case a rule is wrong", () => {
		const { application, notes } = of("[Service]\nType=forking\nExecStart=/usr/sbin/ntpd -f '/etc/a b'");
		expect(application.command).toEqual(["/usr/sbin/ntpd", "-f", "/etc/a b", "-n"]);
		expect(commandBeforeRule(notes, application.command ?? [])).toEqual(["/usr/sbin/ntpd", "-f", "/etc/a b"]);
		expect(commandBeforeRule(notes, ["/usr/sbin/ntpd", "-d"])).toBeUndefined();
	});
	it("knows which service has started only when its first process has ended", () => {
		expect(of("[Service]\nType=forking\nExecStart=/opt/x/start.sh").application.service).toMatchObject({ detaches: true });
		expect(of("[Service]\nType=forking\nExecStart=/usr/sbin/nginx").application.service).not.toHaveProperty("detaches");
		expect(of("[Service]\nExecStart=/opt/x").application.service).not.toHaveProperty("detaches");
	});
	it("knows what runs before a stop, and what only ends the application anyway", () => {
		const unit = [
			"ExecStart=/usr/sbin/x",
			"ExecStop=/usr/sbin/xctl offline $MAINPID",
			"ExecStop=-/usr/sbin/xctl drain",
			"ExecStop=/bin/sh -c 'kill -s TERM $1' -- $MAINPID",
			"ExecStop=/bin/rm -f /run/x",
		];
		const { application, notes } = of(["[Service]", ...unit].join("\n"));
		expect(application.service?.stop).toEqual([
			["/usr/sbin/xctl", "offline", "$MAINPID"],
			["-/usr/sbin/xctl", "drain"],
		]);
		expect(notes.map(({ code, values }) => `${code} ${values.command}`)).toEqual([
			"unit-stop-inside /usr/sbin/xctl offline '$MAINPID'",
			"unit-stop-inside /usr/sbin/xctl drain",
			"unit-stop-omitted /bin/rm -f /run/x",
		]);
		expect(of("[Service]\nExecStart=/usr/sbin/x\nExecStop=/bin/kill -QUIT $MAINPID").application.service).toEqual({
			ignoresPipe: true,
			stopSignal: "QUIT",
		});
	});
	it("runs a script that needs a shell in the cage if the application starts by it, too", () => {
		const stop = (start: string) => {
			const unit = parseServiceUnit("a.service", [`[Service]\nType=forking\nExecStart=${start}\nExecStop=/etc/init.d/a stop`]);
			const { application } = applicationFromUnit(unit, {
				read: (path) => (path === "/etc/init.d/a" ? "#!/bin/sh\n" : undefined),
			});
			return application.service?.stop;
		};
		expect(stop("/etc/init.d/a start")).toEqual([["/etc/init.d/a", "stop"]]);
		expect(stop("/usr/sbin/a")).toBeUndefined();
	});
	it("removes options that detach any program", () => {
		expect(stayInForeground(["/opt/own", "--daemon", "-d"])).toEqual({ command: ["/opt/own", "-d"], changed: true });
	});
	it("leaves an option that says no", () => {
		expect(stayInForeground(["redis-server", "/c", "--daemonize", "no"])).toBeUndefined();
	});
	it("does not guess", () => expect(stayInForeground(["/opt/own/daemon", "-d"])).toBeUndefined());
});

describe("the application's own chroot", () => {
	it.each([
		["/usr/sbin/haproxy", "own-chroot-empty", "chroot DIRECTORY"],
		["/usr/sbin/php-fpm8.4", "own-chroot-files", "chroot = DIRECTORY"],
		["/usr/sbin/sshd", "own-chroot-sessions", "ChrootDirectory DIRECTORY, ForceCommand internal-sftp"],
		["/usr/sbin/in.tftpd", "own-chroot-sessions", "--secure DIRECTORY"],
	])("%s", (program, code, setting) => expect(ownChroot([program, "-f"])).toMatchObject({ code, values: { setting } }));

	it("is not recommended to applications without one", () => {
		for (const program of ["nginx", "dnsmasq", "chronyd", "knotd", "exim4", "memcached", "redis-server", "sh", ""]) {
			expect(ownChroot([`/usr/sbin/${program}`])).toBeUndefined();
		}
	});
});
