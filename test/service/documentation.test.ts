import { expect, test } from "vitest";
import {
	logrotateMentions,
	type Mention,
	manualMentions,
	pathsIn,
	readmeMentions,
	tmpfilesMentions,
	unitMentions,
} from "../../src/service/documentation.ts";

const located = (mentions: readonly Mention[]) => mentions.map(({ passage: { line, text }, path }) => [path, line, text]);

test("paths are found in the FILES section of an mdoc page", () => {
	const page = [
		".Sh NAME",
		".Pa /etc/not/this",
		".Sh FILES",
		".Bl -tag -width indent",
		".It Pa /run/served.pid",
		"Holds the number of",
		".Nm .",
		'.It Pa "/etc/served/served.conf"',
		"The main configuration file.",
		".El",
		'.Sh "SEE ALSO"',
		".Pa /etc/nor/this",
	].join("\n");
	expect(located(manualMentions("served.8", page))).toEqual([
		["/run/served.pid", 5, "/run/served.pid Holds the number of"],
		["/etc/served/served.conf", 8, "/etc/served/served.conf The main configuration file"],
	]);
});

test("paths are found in the FILES section of a man page with fonts, escapes and comments", () => {
	const page = [
		'.SH "FILES"',
		'.\\" not /etc/a/comment',
		".TP",
		'.B \\fB/etc/bind\\-9/named.conf\\fP \\" nor /etc/this/one',
		"The default configuration file.",
		".TP",
		".BR /var/lib/ served /state",
		"\\f[CR]\\(aq/usr/share/served/errors\\(aq\\fR: what is not.",
		".SH BUGS",
		"/etc/none/of/these",
	].join("\n");
	expect(manualMentions("named.8", page).map(({ path }) => path)).toEqual([
		"/etc/bind-9/named.conf",
		"/var/lib/served/state",
		"/usr/share/served/errors",
	]);
});

test("other text hides no path of a page", () => {
	const page = `.SH FILES\n.TP\n.B \\fB/etc/served.conf\\fP\n${"\\f[".repeat(2000)}\n${"/".repeat(5000)}\n${"\\(".repeat(3000)}\n${"a/".repeat(3000)}`;
	expect(manualMentions("x", page).map(({ path }) => path)).toEqual(["/etc/served.conf"]);
});

test("placeholders, patterns, addresses and examples are no paths", () => {
	const text =
		"see /etc/served/<name>.conf, $HOME/x, $(DIR)/y, ~/.served, /path/to/cert, http://example.org/manual/page, /srv/example/site, " +
		"/etc/php/X.Y/conf, /var/log/%n, PUT for /..., and/or, a/b/c, /, //, MaxClients/ThreadsPerChild";
	expect(pathsIn(text)).toEqual([]);
	const real = "'/etc/served/more.conf'. (/var/lib/mysql), /etc/served/conf.d/*.conf and SYSLOG=\"/dev/log\"; /run/served/.";
	expect(pathsIn(real).map(({ path }) => path)).toEqual([
		"/etc/served/more.conf",
		"/var/lib/mysql",
		"/etc/served/conf.d",
		"/dev/log",
		"/run/served",
	]);
});

test("a README's paths come with sentence, heading and line", () => {
	const text = [
		"Contents",
		"========",
		"  Files in /etc/served",
		"",
		"Zones of /etc/served",
		"--------------------",
		"Keep files in one place. Zones subject to updates (such as by",
		"DHCP) go to /var/lib/served, with full names. And so on.",
		"",
		"In a chroot, /usr/share/zoneinfo has to be there.",
	].join("\n");
	expect(readmeMentions("README.Debian", text)).toEqual([
		{
			path: "/var/lib/served",
			passage: {
				kind: "readme",
				document: "README.Debian",
				section: "Zones of /etc/served",
				line: 8,
				text: "Zones subject to updates (such as by DHCP) go to /var/lib/served, with full names",
			},
		},
		expect.objectContaining({ path: "/usr/share/zoneinfo", inChroot: true }),
	]);
});

test("units, tmpfiles and logrotate name the paths of services", () => {
	const unit =
		"[Service]\nReadWritePaths=-/var/lib/served +/var/log/served %S/x\nBindReadOnlyPaths=/srv/site:/www\nExecStart=/usr/sbin/x /etc/y\n";
	expect(
		unitMentions("served.service", unit).map(({ passage, path, writes = false }) => [
			path,
			passage.section,
			passage.line,
			writes,
		]),
	).toEqual([
		["/var/lib/served", "ReadWritePaths", 2, false],
		["/var/log/served", "ReadWritePaths", 2, false],
		["/srv/site", "BindReadOnlyPaths", 3, false],
	]);
	expect(
		located(tmpfilesMentions("t", "# d /no\nd  /run/served 0775 root served -\nL /run/link - - - - /x\nd /run/%i\n")),
	).toEqual([["/run/served", 2, "d /run/served 0775 root served -"]]);
	expect(located(logrotateMentions("l", "/var/log/served/*.log /var/log/other.log {\n\tweekly\n}\n"))).toEqual([
		["/var/log/served", 1, "/var/log/served/*.log"],
		["/var/log", 1, "/var/log/other.log"],
	]);
});
