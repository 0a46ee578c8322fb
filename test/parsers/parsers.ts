import { readFileSync } from "node:fs";
import { adoptionFromJson, adoptionToJson } from "../../src/adopt/host/adoption-file.ts";
import { parseInetSockets, parsePeers, parseRegistered } from "../../src/adopt/host/host-processes.ts";
import { parseMaps } from "../../src/base/host/proc.ts";
import { parseGroup, parsePasswd } from "../../src/base/machine/accounts.ts";
import { parseMountinfo } from "../../src/base/machine/mountinfo.ts";
import { type Path, pathFromText } from "../../src/base/path/path.ts";
import { cageFromJson } from "../../src/cage/host/cage-json.ts";
import { manifestFromJson, manifestToJson } from "../../src/cage/manifest.ts";
import { failureSize, parseFailure } from "../../src/failure-watch/result.ts";
import { parseElf } from "../../src/plan/elf/elf.ts";
import { libraryDirectories, parseLoaderCache } from "../../src/plan/elf/ld-so.ts";
import { parseShebang } from "../../src/plan/elf/script.ts";
import { Listings } from "../../src/plan/modules/modules.ts";
import { perlModules } from "../../src/plan/modules/perl.ts";
import { readPython } from "../../src/plan/modules/python.ts";
import { rubyModules } from "../../src/plan/modules/ruby.ts";
import { sharesIn } from "../../src/probe/protocol.ts";
import { parseConffiles } from "../../src/record/host/recording.ts";
import { parseBystander } from "../../src/selftest/escape-arguments.ts";
import { parseAttempts } from "../../src/selftest/outcomes.ts";
import { splitCommandLine } from "../../src/service/command-line.ts";
import { parseCreatedDirectory, parseTmpfiles } from "../../src/service/created-directory.ts";
import {
	logrotateMentions,
	manualMentions,
	pathsIn,
	readmeMentions,
	tmpfilesMentions,
	unitMentions,
} from "../../src/service/documentation.ts";
import { parseEnvironmentFile } from "../../src/service/environment.ts";
import { errorText } from "../../src/service/error-text.ts";
import {
	parseApkInstalled,
	parseDiversions,
	parseDpkgStatus,
	parsePacmanBase,
	parsePacmanDesc,
	parsePacmanFiles,
	parseRpmLine,
} from "../../src/service/host/databases.ts";
import { osRelease, parsePolicy } from "../../src/service/host/packages.ts";
import { parseSockets } from "../../src/service/host/processes.ts";
import { parseLogrotate } from "../../src/service/logrotate-file.ts";
import { parsePassedSocket } from "../../src/service/passed-socket.ts";
import { programsOfLine } from "../../src/service/shell.ts";
import { execOfShellLine } from "../../src/service/shell-exec.ts";
import { behindStartScript } from "../../src/service/start-scripts.ts";
import { parseExec } from "../../src/service/unit-exec.ts";
import { parseServiceUnit } from "../../src/service/unit-file.ts";
import { parseSocketUnit } from "../../src/service/unit-sockets.ts";
import { parseUnitName, parseUnitText } from "../../src/service/unit-text.ts";
import { parseTemplate } from "../../src/template/parse.ts";
import { unbundle } from "../../src/template/template.ts";
import { foreignTrace, traceToJson } from "../../src/trace/json.ts";
import { exportHeadFromJson } from "../../src/transfer/archive/head.ts";
import { permissionsOf, reviewImport } from "../../src/transfer/archive/import-review.ts";
import { readPaxRecords, readTarHeader } from "../../src/transfer/archive/tar.ts";
import { parseExposure } from "../../src/unit/exposure.ts";
import { parseAudit, parseCrash, parseDenial, parseKernelRecord } from "../../src/watch/denial.ts";
import { restored } from "../../src/wizard/session/stored-state.ts";
import { makeElf } from "../plan/elf/make-elf.ts";
import { tree } from "../plan/tree.ts";
import {
	bytes,
	description,
	fields,
	file,
	foldOf,
	foreign,
	isObject,
	json,
	manifest,
	nothing,
	orTarProblem,
	recording,
	service,
	status,
	tcp,
	unix,
} from "./texts.ts";

/** Every parser of untrusted text. Texts are bytes in latin1, as most readers read them. */

export interface Parser {
	/** Good texts, which the test damages. */
	readonly samples: readonly string[];
	/** Parses any text. May throw only a `Failure`. */
	parse(text: string): unknown;
}

const reads = (parse: Parser["parse"], ...samples: readonly string[]): Parser => ({ parse, samples });

/** Keys are names of `parseX` functions, all of which must be listed, or other kinds of text. */
export const parsers: Readonly<Record<string, Parser>> = {
	parseDenial: reads(
		parseDenial,
		`audit: type=1326 audit(1795821997.790:3847): auid=4294967295 uid=33 gid=33 ses=4294967295 pid=1646727 comm="nginx" exe="/usr/sbin/nginx" sig=0 arch=c000003e syscall=272 compat=0 ip=0x7f39d511a6f9 code=0x50000`,
	),
	parseAudit: reads(
		parseAudit,
		`type=UNKNOWN[1423] msg=audit(1795848780.181:510539): domain=19cef9a06 blockers=net.bind_tcp saddr=127.0.0.1 src=4444`,
	),
	parseCrash: reads(parseCrash, "redis-server[123]: segfault at 0 ip 00005581 sp 00007ffc error 4 in redis-server"),
	parseKernelRecord: reads(parseKernelRecord, "4,1234,5678,-;audit: type=1326 audit(1.2:3): pid=1\n SUBSYSTEM=x"),
	readPython: reads(
		(text) => readPython(text, false),
		'import a, b.c as d\nfrom . import (\n\te,\n\tf,\n)\n"""\ntext\n"""\nx = __import__("g")\nif TYPE_CHECKING:\n\timport h\n',
	),
	perlModules: reads(
		(text) => [...perlModules([], [], new Listings(nothing)).references("/a.pm" as Path, text, "module")],
		'use A::B;\nrequire C;\nuse parent qw(D E);\n=pod\n\ntext\n\n=cut\neval "require $x";\n__END__\n',
	),
	rubyModules: reads(
		(text) => [...rubyModules([], [], new Listings(nothing)).references("/a.rb" as Path, text, "module")],
		'require "a/b"\nautoload :C, "d"\n=begin\ntext\n=end\nrequire_relative "../e"\nrequire name\n',
	),
	sharesIn: reads(sharesIn, "uid = nobody\n[a]\n path = /srv/a\n[b]\npath=/srv/b\nauth users = c\n"),
	"a trace of strace": reads(
		foldOf,
		...["directories.fast", "interleaved.whole", "names.whole", "processes.fast"].map(recording),
	),
	parseElf: reads(
		(text) => parseElf(bytes(text)),
		makeElf({ interpreter: "/lib64/ld.so", needed: ["liba.so", "libb.so"], runpath: "$ORIGIN/../lib:/opt" }).toString("latin1"),
		makeElf({ class: 32, dlopen: ['[{"soname":["libz.so"],"feature":"z"}]'] }).toString("latin1"),
	),
	parseLoaderCache: reads(
		(text) => parseLoaderCache(bytes(text)),
		`glibc-ld.so.cache1.1${"\x02\0\0\0\x40\0\0\0\x02".padEnd(28, "\0")}${"\x01\x03\0\0".repeat(12)}liba.so\0/lib/liba.so\0`,
	),
	"ld.so.conf": reads(
		(text) => libraryDirectories("/etc/ld.so.conf" as Path, file(text)),
		"include /etc/ld.so.conf.d/*.conf\n/usr/local/lib # ours\nhwcap 0 nosegneg\n/opt/[a-z]?lib=libc6\n",
	),
	parseShebang: reads((text) => parseShebang(bytes(text)), "#! /usr/bin/env -S perl -w\n", "#!/bin/sh\n"),
	parsePasswd: reads(parsePasswd, "root:x:0:0:root:/root:/bin/bash\nredis:x:105:108::/var/lib/redis:/usr/sbin/nologin\n"),
	parseGroup: reads(parseGroup, "root:x:0:\nssl-cert:x:110:redis,www-data\n"),
	parsePassedSocket: reads(
		(text) => parsePassedSocket(text),
		"stream /run/app.sock name=app mode=0660 user=www-data directory=0755 per-connection",
		"datagram [::1]:69",
	),
	parseServiceUnit: reads((text) => parseServiceUnit("app@one.service", [text, service]), service),
	parseSocketUnit: reads(
		(text) => parseSocketUnit("app.socket", [text], true),
		"[Socket]\nListenStream=/run/app.sock\nListenStream=[::]:80\nAccept=no\nService=app.service\nFileDescriptorName=%p\n",
	),
	parseUnitText: reads(parseUnitText, service),
	parseUnitName: reads(parseUnitName, "app@one\\x2dtwo.service"),
	// biome-ignore lint/suspicious/noTemplateCurlyInString: as units write variables
	parseExec: reads(parseExec, "-@!/usr/bin/app argv0 \"two words\" 'it''s' $A ${B} \\x41 ; /bin/b"),
	parseEnvironmentFile: reads(parseEnvironmentFile, "# of ours\nA=b\nC=\"d e\\\n f\"\nG='h\n'\n; not\nI=\\$J\n"),
	parseTmpfiles: reads(
		(text) => parseTmpfiles("app.conf", text),
		'# of ours\nd /run/app 0755 app app -\nD! /run/%p :~2775 - "two words" 10d\nf /run/x\n',
	),
	parseCreatedDirectory: reads(parseCreatedDirectory, "/run/app:0750:app:app"),
	"lines of a shell": reads(
		(line) => {
			programsOfLine(line);
			splitCommandLine(line);
			execOfShellLine(["/bin/sh", "-c", line], { OPTS: "a" });
		}, // biome-ignore lint/suspicious/noTemplateCurlyInString: as shells write variables
		'cd /var && exec /usr/bin/app --flag "${OPTS:-none}" $MORE',
		'bash -c \'exec 3<>/dev/tcp/127.0.0.1/80; echo "$(date)" >&3\' | grep -q x && test "$(redis-cli PING)" = PONG',
	),
	"what start scripts read": reads((text) => {
		behindStartScript(["/usr/sbin/apachectl", "start"], () => text);
		behindStartScript(["/usr/share/memcached/scripts/systemd-memcached-wrapper", "/etc/memcached.conf"], () => text);
		behindStartScript(["/usr/bin/pg_ctlcluster", "17", "main", "start"], () => text);
		behindStartScript(["/usr/share/dnsmasq/systemd-helper", "exec"], () => text);
		behindStartScript(["/usr/libexec/ntpsec/ntp-systemd-wrapper"], () => text);
	}, "# envvars\nexport APACHE_RUN_USER=www-data\nexport APACHE_PID_FILE=/run/apache2$SUFFIX.pid\n-m 64\n-u memcache\n"),
	parseTemplate: reads(
		parseTemplate,
		readFileSync("templates/redis.json", "latin1"),
		readFileSync("templates/sftp.json", "latin1"),
	),
	"a template that is passed on": reads(
		(text) => unbundle(json(text)),
		`{"schema":"cagewright/template-bundle/1","sha256":"00","template":${readFileSync("templates/redis.json", "latin1")}}`,
	),
	"a manifest": reads((text) => manifestFromJson(json(text)), JSON.stringify(manifestToJson(manifest))),
	"the description of a cage": reads(cageFromJson, description),
	"what an adoption leaves": reads(
		adoptionFromJson,
		adoptionToJson({
			service: "app.service",
			phase: "adopted",
			since: "2025-01-02T03:04:05.678Z",
			companions: { triggers: ["app.socket"], dependents: [] },
			dropin: "[Service]\n",
			probes: ["true"],
			timeout: 30,
			places: [],
		}),
	),
	"the head of an exported cage": reads(
		exportHeadFromJson,
		'{"schema":"cagewright/export/1","name":"app","generation":1,"architecture":"x64","exportedAt":"","version":"0.1.0","data":false}',
	),
	"a block of an archive": reads(
		(text) => orTarProblem(() => readTarHeader(Buffer.alloc(512, bytes(text).subarray(0, 512)))),
		`${"log".padEnd(100, "\0")}0000644\x000000000\x000000000\x0000000000005\x0014717346615\x00010733\x00 0`.padEnd(257, "\0") +
			"ustar\x0000".padEnd(255, "\0"),
	),
	"an extended header of an archive": reads(
		(text) => orTarProblem(() => readPaxRecords(bytes(text))),
		"30 mtime=1748787.123456789012\n21 path=data/var/\xff\n22 GNU.sparse.major=1\n",
	),
	"what an archive says of a cage": reads((text) => {
		const value = fields(text);
		if (!isObject(value)) return;
		const cage = cageFromJson(JSON.stringify(value.cage) ?? "");
		if (!cage) return;
		const archived = manifestFromJson(value.manifest);
		const facts = {
			users: [],
			groups: [],
			own: undefined,
			logSocket: undefined,
			stateFolder: pathFromText("/var/lib/cagewright"),
			files: tree({}),
			startsProgram: () => false,
		};
		const all = { cage, cageJson: value.cage, manifest: archived, manifestJson: value.manifest };
		reviewImport(all, facts, { allowSecret: [], allowSetuid: [], allowWrite: [] });
		permissionsOf(all);
	}, foreign),
	"a trace of another machine": reads(
		(text) => foreignTrace(json(text)),
		JSON.stringify({ schema: "cagewright/trace/1", trace: traceToJson(foldOf(recording("processes.fast"))) }),
	),
	"a session of the wizard": reads(
		(text) => {
			const value = fields(text);
			if (!isObject(value)) return;
			if (isObject(value.fields)) restored(value.fields as Readonly<Record<string, unknown>>, false);
		},
		readFileSync("test/wizard/session-1.json", "latin1"),
	),
	parseDpkgStatus: reads(parseDpkgStatus, status),
	parseConffiles: reads(parseConffiles, status),
	parseDiversions: reads(parseDiversions, "/bin/sh\n/bin/sh.distrib\ndash\n/a\n/b\n:\n"),
	parsePolicy: reads(
		(text) => parsePolicy(text, [{ name: "app", version: "1" }]),
		"app:\n  Installed: 1\n  Version table:\n *** 1 500\n        500 http://a trixie-security/main amd64 Packages\n     0.9 -1\n",
	),
	parseRpmLine: reads((text) => text.split("\n").map(parseRpmLine), "redis\t0:7.2-1\t/usr/bin/redis-server"),
	parsePacmanDesc: reads(parsePacmanDesc, "%NAME%\nredis\n\n%VERSION%\n7.2-1\n\n%BASE%\nredis\n\n"),
	parsePacmanBase: reads(parsePacmanBase, "%NAME%\nredis\n\n%BASE%\nredis\n\n"),
	parsePacmanFiles: reads(parsePacmanFiles, "%FILES%\nusr/\nusr/bin/\nusr/bin/redis-server\n\n%BACKUP%\n"),
	parseApkInstalled: reads(
		parseApkInstalled,
		"P:redis\nV:7.2-r0\no:redis\nF:usr/bin\nR:redis-server\na:0:0:755\nF:\n\nP:b\nV:1\n",
	),
	"os-release": reads((text) => osRelease(text), "NAME=\"Debian GNU/Linux\"\nID=debian\nID_LIKE='a b'\n"),
	"a manual page": reads(
		(text) => manualMentions("app.8", text),
		'.SH "FILES"\n.\\" a comment\n.TP\n.B \\fB/etc/app\\-1/app.conf\\fP\nIts configuration.\n.BR /var/lib/ app\n\\f[CR]\\(aq/usr/x\\(aq\\fR\n.SH BUGS\n',
		".Sh FILES\n.Bl -tag\n.It Pa /run/app.pid\nHolds the number of\n.Nm .\n.El\n",
	),
	"a README": reads(
		(text) => readmeMentions("README.Debian", text),
		"Contents\n========\n\nZones of /etc/app\n-----\nPut them below /var/lib/app/zones, in a chroot too. See (/etc/app.conf).\n",
	),
	"what service files mention": reads(
		(text) => {
			unitMentions("app.service", text);
			tmpfilesMentions("app.conf", text);
			logrotateMentions("app", text);
			pathsIn(text);
		},
		service,
		"d /run/app 0755 app app -\n",
		'"/var/log/app/*.log" /var/log/b {\n\tweekly\n}\n',
	),
	parseLogrotate: reads(
		parseLogrotate,
		'/var/log/app/*.log "/var/log/two words" {\n\tweekly\n\tsize=1M\n\tpostrotate\n\t\tkill -HUP 1\n\tendscript\n}\n',
	),
	"what an application prints": reads(
		errorText,
		"[1] starting\nError: cannot open /etc/app.conf: No such file or directory\n    at main (app.js:1)\nbye\n",
	),
	parseAttempts: reads(parseAttempts, "ok 2 - chroot-again refused 1\nok 37 - trace-attach killed 31\n# done: 2 tried\n"),
	parseBystander: reads(
		parseBystander,
		"pid=1\ttoken=t\taddress=2\tmemory=3\tmessages=4\tsemaphores=5\tqueue=/q\tkey=6\tport=7\tabstract=a\n",
	),
	parseMountinfo: reads(
		parseMountinfo,
		"36 35 98:0 / / rw,noatime master:1 - ext4 /dev/root rw\n37 36 0:5 /x /a\\040b ro - tmpfs tmpfs rw\n",
	),
	parsePeers: reads(parsePeers, "u_str ESTAB 0 0 /run/a b 11 * 12\nu_dgr UNCONN 0 0 @x 13 * 0\n"),
	parseInetSockets: reads((text) => parseInetSockets(text, "udp"), tcp),
	parseRegistered: reads(parseRegistered, "   program vers proto   port  service\n    100000    4   tcp    111  portmapper\n"),
	parseMaps: reads(parseMaps, "55d0-55d1 r-xp 00000000 fe:01 1234   /usr/bin/app\n7f00-7f01 rw-p 00000000 00:00 0\n"),
	parseSockets: reads((text) => parseSockets({ tcp: text, udp6: text, unix: text }), tcp, unix),
	parseFailure: reads(
		(text) => parseFailure(Buffer.alloc(failureSize, text, "latin1"), "x64", "/" as Path),
		"\x01\x01\0\0\xfe\xff\xff\xff\x9c\xff\xff\xff\0\0\0\0/etc/a\0",
	),
	parseExposure: reads(parseExposure, '[{"set":true,"name":"User=","exposure":"0.1","description":"d"}]'),
};
