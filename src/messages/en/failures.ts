import { templateFailuresEn } from "./template.ts";
import { verbFailuresEn } from "./verb-failures.ts";

/** Failures, English: what is wrong, where, and what to do; one line each. The codes are those of `Failure` and of the form's problems. */
export const failuresEn = {
	...verbFailuresEn,
	...templateFailuresEn,
	"access-denied": "This user may not use {path}; run it as root, or name another folder with --state.",
	"account-file-damaged":
		"{path} is damaged: which account of this machine was made for the cage is not known any more. Restore it from a backup, or delete it; then everything else goes on, and that account stays until you remove it.",
	"account-needs-root":
		"Only root can start something as {account}; leave --user out, and it runs as {own}, or run this as root.",
	"account-always-kept-dedicated": "{name} is the account that the cage has for itself; it cannot be left out.",
	"account-always-kept-root":
		"{name} is not left out: root owns the files of every cage, and programs ask who 0 is; do not name it with --without-account.",
	"account-always-kept-started-as":
		"{name} is what the application is started as, so it stays; start it as another account with --user.",
	"account-word-invalid":
		"--{option} {value} names no account; write NAME, user:NAME or group:NAME. A number would mean another account on another machine.",
	"account-word-unknown": "There is no account {value} on this machine for the cage to know; leave --account {value} out.",
	"account-unknown": "There is no account {account} on this machine; name an existing one, or create it with useradd.",
	"configuration-conflict":
		"{name}: {paths} was edited in the cage and has changed on the host as well; nothing was done. Say which goes on: --configuration keep, or --configuration host",
	"file-there": "{path} is there already, and is not overwritten; name another file",
	"no-export": "{path} is no cage that cagewright export wrote, or it is cut off at its beginning",
	"dedicated-account-foreign":
		"refused: the cage's own account {account} (uid {uid}) cannot be created here, because its name or number is invalid or taken; nothing was imported",
	"identity-other":
		"Refusing account {account} with uid {uid}: on this machine the name or the number is another account's ({other}).",
	"capability-unknown": "Refusing unknown capability '{name}'.",
	"syslog-refused": "Refusing {path} as the syslog socket: /dev/log of this machine does not lead there.",
	"value-refused": "Refusing '{value}': command, directory and environment must not contain NUL, or '=' in a variable's name.",
	"one-form": "{one} and {other} are two forms of the same result; leave one of them out.",
	"rollback-undone": "{name} is at generation {generation} again, for the other one did not work when it was started: {cause}",
	"nothing-before": "{name} has no generation before {generation}; cagewright show {name} --history tells what became of it",
	"already-adopted": "{service} runs in the cage {name} already; `cagewright release {service}` moves it out.",
	"both-changed":
		"{path} of {service} was changed on the host as well as in the cage; say which one counts with --keep host or --keep cage.",
	"cage-adopted": "The cage {name} has the service {service}; run `cagewright release {service}` first.",
	"cage-has-service": "The cage {name} has the service {service} already; release that first, or name another cage with --name.",
	"no-systemd": "No systemd runs on this machine, so there is no service to move; run the cage with `cagewright run`.",
	"not-adopted": "{service} is in no cage; `cagewright show NAME` says which service a cage has.",
	"systemctl-failed": "systemctl {what}: {detail}",
	"app-unknown": "No application {name} was found on this machine; `cagewright apps` shows those that there are.",
	"assignment-before-command": "A command cannot begin with {name}=; give the variable as environment (--env {name}=…).",
	"add-same-application":
		"--add goes on with the cage as it is, so {option} has no place beside it; leave it out, or trace anew without --add.",
	"attached-ended":
		"Process {pid} is not watched any more: it has ended, or strace was ended. See whether it runs and try again, or trace a start of its own without --attach.",
	"account-name-invalid":
		"{name} is no name for an account; use up to 32 small letters, digits, dash and underscore, beginning with a letter.",
	"audit-danger":
		"The cage {name} is not safe and was not started: {place}{what}. {close}; or take it upon you with --accept-finding {finding}:{path}.",
	"audit-dangers":
		"The cage {name} is not safe and was not started: {place}{what}. {close}; or take it upon you with --accept-finding {finding}:{path}. {more} more: cagewright check {name}.",
	"backslash-at-end": "The command ends with a backslash that stands for nothing; remove it.",
	"bad-name": "{name} is not a name for a cage; use letters, digits, dot, dash and underscore, beginning with a letter or digit.",
	"cage-busy": "The cage {name} is being worked on by process {pid}; wait until that is done.",
	"cage-name-needed": "Say which cage; `cagewright list` shows them.",
	"cage-not-built": "The cage {name} has not been built yet; run `cagewright build {name}`.",
	"cage-not-running": "The application of the cage {name} does not run; start it with `cagewright run {name}`.",
	"cage-running": "The cage {name} is in use by process {pid}; stop it first.",
	"cage-runs-wider":
		"Process {pid} of the cage {name} has {above} mounted, and from now on only {path} below it is to be: stop the cage first, so that its state can be moved.",
	"cage-unit-runs": "{service} of the cage {name} is {state}; stop it first: systemctl stop {service}",
	"cage-unknown": "There is no cage {name}; `cagewright list` shows those that there are.",
	"cannot-read": "{path} cannot be read ({error}); check the file and its file system.",
	"cannot-remove": "{path} cannot be removed ({error}); see what holds it and try again.",
	"cannot-write": "{path} cannot be written ({error}); check the file system and its mount options.",
	"check-names-or-all": "Say which cages to check, or --all for every one.",
	"choice-gone": "{name} is not there any more; choose again.",
	"command-empty": "There is no command; type the program with its arguments.",
	"command-needs-separator": "What is {word} for? Put `--` before the command: cagewright make -- COMMAND.",
	"command-not-in-cage":
		"{program} is not in the cage {name} (programs there: {programs}); add it with --include PATH, or look around with `cagewright shell {name}`.",
	"consent-needed": "Nothing was built, because nobody could be asked; look at the plan and repeat with {option}.",
	"dedicated-account-group":
		"There is a group {account} on this machine but no such account; name another one with --dedicated-account NAME.",
	"dedicated-account-of-everybody":
		"{account} is an account that any package may use, so it cannot be the cage's alone; name another one with --dedicated-account NAME.",
	"dedicated-account-root":
		"{program} runs as root alone, so there is no account to replace; name one that it starts as with --user.",
	"dedicated-account-several":
		"It runs as several accounts ({accounts}), and one of its own can stand for one only; start it as the one with --user.",
	"dedicated-account-shared":
		"The account {account} cannot be the cage's alone: it is used by {why}; name another one with --dedicated-account NAME.",
	"device-refused": "Refusing device {path}: it would allow an escape. Leave it out.",
	"device-unknown": "{path} is no device node of this machine; check the name.",
	"disk-full": "There is no space left for {path}; make room and try again.",
	"ended-on-host":
		"{command} ended by itself with status {status}, even outside a cage{words?: %}. It has to stay in the foreground: look for an option such as --foreground or --no-daemon.",
	"env-invalid": "{value} is no variable of an environment; write NAME=value, the name in letters, digits and underscores.",
	"executable-unreadable": "{path} cannot be read as a program; check the file and its mode.",
	"explain-unknown":
		"{subject} is neither a path, nor a system call that the filter knows, nor a capability; paths begin with a slash.",
	"failed-beside-service":
		"{command} fails with status {status} while {unit} runs on this host{words?: %}. If both need something that only one can have, such as a name on D-Bus, stop it and try again: systemctl stop {units}",
	"failed-capabilities":
		"{command} fails with status {status}{words?: %}. It may not keep the capabilities {names}. If it has to, allow them: {option}",
	"failed-unreachable":
		"{command} fails with status {status}{words?: %}. It asked for {paths}, which belongs to a service of this host that it may not reach. If it may, add {options}",
	"failed-refused":
		"{command} fails with status {status}{words?: %}. The sandbox refused {calls}, which no cage allows either: look for an option to do without, or trace it on the host itself (--on-host).",
	"failed-on-host": "{command} fails with status {status}, even outside a cage: {words}",
	"failed-on-host-silent":
		"{command} fails with status {status}, even outside a cage, and prints nothing; its messages may go to the system log. Let it print them, and see what it lacks.",
	"failed-on-host-writing":
		"{command} fails with status {status}, even outside a cage{words?: %}. It could not write {path} ({error}): add --directory {directory} if its service makes that directory, else check owner and mode.",
	"file-unreadable": "{file} cannot be read: {detail}",
	"foreign-directory": "{path} holds things that are not ours ({name}); choose an empty directory with --state.",
	"foreign-link": "{path} is a link in another user's state folder, and root does not follow it. Run the command as that user.",
	"finding-unknown": "There is no finding {code} that could be accepted; there are: {codes}.",
	"for-needs-attach":
		"--for says how long to watch what runs: a process with --attach PID, or with `trace` the cage that is named.",
	"generation-in-use": "Generation {generation} is the present one and stays; switch to another one first.",
	"group-unknown": "There is no group {group} on this machine; name an existing one, or create it with groupadd.",
	"option-unused": "`{verb}` does not use {option} here; leave it out, or give it to {others}.",
	"option-without": "{option} has a meaning only with {needs}; add that, or leave {option} out.",
	"removal-unconfirmed": "{name} was not removed, because nobody could be asked; look with --dry-run and repeat with --yes.",
	"seed-unknown": "There is nothing to seed from at {path} on this machine; check the path.",
	"bind-below-bind":
		"{path} lies below {above}, which is a bind as well, so it is not mounted on its own; leave one of the two binds out.",
	"bind-below-writable":
		"{path} lies below {above}, which the application writes and which is the cage's own data, so no bind is mounted there; bind {above}:rw instead, or leave the bind out.",
	"bind-gone":
		"{path} is gone or cannot be entered, so {bind} cannot be shown in the cage; put it back, or build the cage anew without that bind.",
	"bind-unsafe":
		"{path} leads to the bind {bind} and is no directory (any more), so nothing is mounted from there; find out who replaced it, and put the directory back.",
	"data-gone":
		"{path} is missing or cannot be entered ({error}), so the cage has no state to mount; put it back from a backup, or run `cagewright make` again with --replace.",
	"data-twice":
		"{path} and {other} in the cage's data have the same name, and only one of them can be there; look at both, remove or rename one, and try again.",
	"data-unsafe":
		"{path} is no directory (perhaps a link that the application made), so nothing is mounted from there; look at it, remove it, and put the directory back.",
	"bind-unknown": "There is no {path} on this machine to bind; check the path.",
	"bind-state": "{path} is in the state folder {state}, or holds it: no cage may see that. Bind another directory.",
	"bind-refused":
		"{path} is a part of the system itself and is not shown in a cage; bind the one directory below it that is needed.",
	"writable-refused":
		"{path} ({option}) would make a directory writable that is the system's own; name one of the application's below it.",
	"include-matches-nothing": "{value} matches nothing on this machine; check the path or the pattern.",
	internal: "A bug of ours: {detail}. Please report it, with what `--debug` shows.",
	"launch-failed": "The cage could not be started: {detail}. `cagewright doctor` says what this machine lacks.",
	"lock-unreadable": "The lock {path} cannot be read; if no other cagewright runs, remove it.",
	"manifest-damaged":
		"{path} is damaged; `cagewright rollback {name}` goes back to the generation before, or make the cage anew with --replace, which keeps its data.",
	"manifest-invalid": "The manifest of the cage is damaged: {where} {problem}",
	"missing-program": "{program} is not installed; `cagewright doctor --fix` installs what is missing.",
	"mount-point-unsafe": "{path} is no plain directory, so nothing is mounted there; remove it from the cage's data.",
	"mounted-below": "{mount} is mounted below {path}; unmount it first.",
	"name-taken":
		"There is a cage {name} already, for another application ({command}); take another name, or replace it with --replace.",
	"no-free-account-id":
		"No account {account} can be made: every number between SYS_UID_MIN and SYS_UID_MAX (/etc/login.defs) is in use; raise SYS_UID_MAX.",
	"needs-capabilities":
		"{name} does not answer in its cage{words?: %}. It may not keep the capabilities {names}. If it has to, allow them: {option}. Probe: {probe}",
	"needs-unseen":
		"{name} does not answer in its cage{words?: %}. These calls were refused there, and the trace never saw them succeed: {calls}. If the application may make them, add {options}. Probe: {probe}",
	"needs-refused":
		"{name} does not answer in its cage{words?: %}. It lacks what was refused: {permissions}. If it may be open, leave out {options}. Probe: {probe}",
	"opening-both": "--allow and --refuse both name {value}; take one of them away.",
	"opening-unknown":
		"--{option} {value} is no opening; they are proc, kernel-proc, sys, unix-sockets, netlink, multicast, syslog, memfd, writable-code, capability:NAME, socket:PATH and executable-data:DIR.",
	"needs-declined":
		"{name} does not answer in its cage{words?: %}. It lacks what was left out: {paths}. If that may go in, add {options}. Probe: {probe}",
	"needs-excluded":
		"{name} does not answer in its cage{words?: %}. It lacks what was left out: {paths}. Take back the --exclude. Probe: {probe}",
	"file-exists": "There is something at {path} already, and nothing is written over; name a file that is not there yet.",
	"needs-account":
		"{name} does not answer in its cage{words?: %}. It lacks an account that was left out: {accounts}. Take back --without-account if the cage may know it. Probe: {probe}",
	"needs-declined-executing":
		"{name} does not answer in its cage{words?: %}. It lacks what was left out: {paths}. It also executes what it wrote. If both may be, add {options}. Probe: {probe}",
	"needs-executable-data":
		"{name} does not answer in its cage{words?: %}. It executes what it wrote: {paths}. Data in a cage cannot be executed, because an attacker could run a file that he put there. If it may, add {options}. Probe: {probe}",
	"needs-kernel-files":
		"{name} does not answer in its cage{words?: %}. It lacks {paths}, files of the kernel that show facts about the host. If it may read them, add {options}. Probe: {probe}",
	"no-package-manager": "No package manager of this system is known; install by hand: {packages}.",
	"no-cages": "There is no cage in {path}; is that the folder? --state names another.",
	"no-launcher":
		"No cage is started because this machine cannot confine it. Missing requirements: {requirements}. Run `cagewright doctor` to see how to install them.",
	"line-unreadable": "A shell cannot read this line: {detail}",
	"line-program-missing": "{program} is not on this machine: install what brings it, or ask in another way.",
	"probe-guess-failed":
		"No probe is known for {command}, and the one that its port suggests does not pass: {probe} {words} Give a shell line that exits 0 on a real answer (--probe).",
	"no-probe": "There is no probe that tells whether {command} works; give a shell line that exits 0 on a real answer (--probe).",
	"logs-unknown":
		"{name} writes no logs of its own below /var/log that would have to be rotated; what it prints goes to whoever starts it.",
	"limit-not-held":
		"Nothing on this machine holds an application that starts as root to {value} processes: there is no control group to be had, and a resource limit does not hold root. Start it as an account (--user), or leave out --limit-processes.",
	"logrotate-inexpressible": "A file for logrotate cannot say {path}: no braces, line ends or bytes that are not text.",
	"reload-unknown":
		"No signal is known by which {name} reads its certificate again; restart it in the hook instead, or ask its documentation.",
	"no-record": "There is no record of the cage {name} yet; it is written after the first trial.",
	"record-checksum-for-file": "A checksum is of a file; name one with -o.",
	"record-into-folder": "{path} is a directory; name a file in it.",
	"record-unreadable": "{path} cannot be read, or is no file.",
	"no-such-directory": "There is no directory {path}; create it or name another one.",
	"no-such-file": "There is no file {path}; check the name.",
	"no-such-generation": "There is no generation {generation}; `cagewright show {name}` lists those that there are.",
	"no-terminal": "The wizard needs a terminal; use `cagewright make --help` instead.",
	"not-answered-after-signal":
		"{name} answers in its cage, but no longer after {signals}, which it survived in the sandbox. Its last output: {words} · If the machine was busy, try again; `cagewright explain {name}` shows what the cage refuses.",
	"not-answered-in-cage":
		"{name} does not answer in its cage. Its last output: {words} · Missing: {missing} · Probe: {probe} · `cagewright explain {name}` shows what the cage refuses.",
	"not-answered-in-cage-nothing-missing":
		"{name} does not answer in its cage, though it has everything that the trace saw succeed. Its last output: {words} · Probe: {probe} · Check whether the probe fits, and add --exercise for what the application does before it fails.",
	"not-answered-in-cage-silent":
		"{name} does not answer in its cage and prints nothing. Missing: {missing} · Probe: {probe} · `cagewright explain {name}` shows what the cage refuses.",
	"not-answered-in-cage-nothing-missing-silent":
		"{name} does not answer in its cage and prints nothing, though it has everything that the trace saw succeed. Probe: {probe} · Check whether the probe fits, and look for an option that makes {name} log to stderr.",
	"not-answered-disk-full": "{name} does not answer, and there is no space left for {path}; make room and try again.",
	"not-answered-refused":
		"{command} does not answer{words?: %}. The sandbox refused {calls}, which no cage allows either: look for an option to do without, or trace it on the host itself (--on-host). Probe: {probe}",
	"sandbox-disk-full":
		"No space left for what {command} writes: the disk is nearly full, so it was stopped and everything it wrote was removed. Make room, or check why it writes that much.",
	"not-answered-on-host":
		"{command} runs but does not answer the probe, even outside a cage{words?: %}. {ports?It listens at %. }Check the account and the command, or give a probe that fits: --probe 'COMMAND'. Probe: {probe}",
	"not-full-landlock":
		"--require full: this kernel has no Landlock; boot Linux 5.13 or later with landlock in lsm= on its command line, or do without --require.",
	"not-full-pids":
		"--require full: this systemd has no PrivatePIDs=; use systemd 257 or later, start the cage with `cagewright run`, or do without --require.",
	"not-permitted": "{path}: not permitted ({error}); run this as root.",
	"not-traced": "{name} has not been traced yet; run `cagewright trace {name}`.",
	"nothing-to-cage": "There is no application; name a template or give a command: cagewright make -- COMMAND.",
	"nul-in-command": "A NUL byte cannot be part of a command; remove it.",
	"path-climbs": "{path} ({option}) climbs with `..`; write the path without it.",
	"path-not-absolute": "{path} ({option}) must begin with a slash.",
	"parameter-invalid": "{value} is no value for {name} of the template {template} ({kind}).",
	"parameter-needed":
		"The template {template} has to be told {name}: --set {name}=VALUE. `cagewright template show {template}` says what it is.",
	"parameter-refused": "With these values the template {template} says at {place} what no template may: {problem}.",
	"parameter-unknown": "The template {template} has no parameter {name}; it has: {known}.",
	"set-invalid": "--set {value}: write NAME=VALUE, the name in small letters.",
	"set-without-template": "--set gives a value to a template, and none was named.",
	"placeholder-unresolved": "The template asks for {name}, and that is not on this machine; give the command yourself.",
	"plan-path-below-file": "{path} would lie below {above}, which is no directory; exclude one of the two.",
	"plan-path-twice": "{path} is planned twice; exclude it once.",
	"plan-path-unsafe": "{path} is no safe path for a cage; exclude it.",
	"probe-answered-by-another":
		"The probe is already answered by something that runs on this host: {probe}. Stop that, or trace in a sandbox without --on-host.",
	"probe-proves-nothing":
		"The probe passes although the application does not run, so it proves nothing: {probe}. Ask the application itself.",
	"process-elsewhere":
		"Process {pid} runs in a container or a root of its own, whose files are not those of this machine; cage it in there.",
	"process-of-kernel": "Process {pid} is a thread of the kernel, or has ended; name the application's own process.",
	"process-traced": "Process {pid} is traced by process {tracer} already; end that first.",
	"process-unknown": "There is no process {pid}; `cagewright apps` shows what runs.",
	"port-needs-root":
		"{command} wants port {port}, and {user} gets none below {lowest}; let it listen at a higher one, or run this as root.",
	"nowhere-executable":
		"No folder lets programs be executed: {folder}, /run, /tmp and /dev/shm are mounted noexec. Use --state with a folder that is not.",
	"processor-unsupported": "This processor ({processor}) is not supported; use a machine with amd64.",
	"program-failed": "{program} failed: {problem}",
	"program-not-a-file": "{program} is no file; name the program itself.",
	"program-not-executable": "{program} may not be executed; check its mode.",
	"program-not-found": "{program} is not on this machine; check the name or install it.",
	"quote-unterminated": "A quote {quote} is opened and never closed; close it.",
	"read-only-file-system": "{path} is on a read-only file system; choose another state directory with --state.",
	"shell-missing": "There is no shell to bring into the cage; install busybox-static (or bash).",
	"shell-syntax": "{character} is for a shell, and the command is started without one; quote it or leave it out.",
	"signal-unknown": "There is no signal {signal}; `kill -l` lists them.",
	"source-changed": "{path} changed while it was copied; try again when it is at rest.",
	"source-gone": "{path} is gone since the trace; trace again.",
	"source-hollow":
		"{path} is {bytes} bytes long, and nearly all of it holes; nothing was copied. Leave it out with --exclude {path}.",
	"source-is-link": "{path} has become a link since it was planned; trace again.",
	"source-moved": "{path} now leads to {real}; trace again.",
	"source-not-regular": "{path} is no regular file any more; trace again or exclude it.",
	"source-of-kernel": "{path} belongs to the kernel and cannot be copied; exclude it.",
	"state-damaged": "{path} is damaged; restore it from a backup, or make the cage anew with --replace, which keeps its data.",
	"still-in-use": "{path} is still in use; stop what uses it and try again.",
	"cage-without-template": "The cage {name} was not made from a template that is here.",
	"file-not-regular": "{file} is not a regular file.",
	"target-unknown":
		"There is neither a template nor a systemd unit {name}; `cagewright template list` and `cagewright apps` show those that there are.",
	"timeout-invalid": "{value} is no number of seconds; write one from 1 to 86400.",
	"tool-missing": "{tool} is missing; install the package {package}, or run `cagewright doctor --fix`.",
	"sockets-on-host": "The sockets that it gets at its start cannot be opened on the host itself; leave out --on-host.",
	"socket-invalid":
		"Invalid socket '{value}': write KIND ADDRESS, such as 'stream 127.0.0.1:8080' or 'stream /run/app.socket mode=0660 group=www-data'. KIND is stream, datagram or seqpacket.",
	"user-namespaces-off":
		"This system keeps user namespaces from ordinary users ({detail}); as root, `sysctl -w {setting}` allows them, or run cagewright as root.",
	"user-namespaces-refused":
		"This user gets no user namespace with rights in it ({detail}); allow that on this system, or run cagewright as root.",
	"unsafe-data":
		"{path} in the cage's data is no directory (perhaps a link that the application made), so nothing is put there; look at it, remove it, and try again.",
	"unsafe-directory":
		"{path} is not safe to work in ({problem}); it must belong to you, with no link on the way and nobody else writing.",
	// sessions of the wizard
	"no-session": "No session was left; `cagewright` alone begins one.",
	"sessions-action-unknown": "`sessions` knows list, show NAME and remove NAME, not {action}.",
	"cut-off": "This was cut off when the wizard ended, and nothing of it is left. Begin it again.",
};

export type Failures = Readonly<Record<keyof typeof failuresEn, string>>;
