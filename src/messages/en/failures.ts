import { probeFailuresEn } from "../../probe/text/en.ts";
import { foreignSelftestEn } from "../../selftest/text/foreign.en.ts";
import { templateFailuresEn } from "../../template/text/en.ts";
import { trialFailuresEn } from "./trial-failures.ts";
import { verbFailuresEn } from "./verb-failures.ts";

/** One line for each code of `Failure` and of the form's problems: the thing, the problem and the fix. */
export const failuresEn = {
	...trialFailuresEn,
	...verbFailuresEn,
	...foreignSelftestEn.failures,
	...probeFailuresEn,
	...templateFailuresEn,
	"access-denied": "No permission to use {path}. Run the command as root, or choose another state folder with --state.",
	"account-file-damaged":
		"{path} is damaged, so Cagewright no longer knows which account it created for the cage. Restore the file from a backup. Or delete it, and remove that account yourself.",
	"account-needs-root":
		"Only root can start an application as {account}. Run the command as root, or omit --user to start the application as {own}.",
	"account-always-kept-dedicated":
		"Account {name} cannot be left out: it is the cage's dedicated account. Remove --without-account {name}.",
	"account-always-kept-root":
		"Account {name} cannot be left out: it owns the files of every cage. Remove --without-account {name}.",
	"account-always-kept-started-as":
		"Account {name} cannot be left out: the application starts as this account. Choose another one with --user.",
	"account-word-invalid":
		"Invalid account '{value}' for --{option}: use NAME, user:NAME or group:NAME. Numbers are refused because they differ between machines.",
	"account-word-unknown":
		"Unknown account '{value}': this machine has no such account. Check the name, or remove --account {value}.",
	"account-unknown":
		"Unknown account '{account}'.{similar? Did you mean %?} Name an existing account, or create this one with useradd.",
	"configuration-conflict":
		"{paths} was edited in cage {name} and has also changed on the host, so nothing was updated. Choose a version with --configuration keep (the cage's) or --configuration host.",
	"no-export": "{path} is not a cage archive, or its beginning is missing. Create the archive again with `cagewright export`.",
	"dedicated-account-foreign":
		"Nothing was imported: the cage's dedicated account {account} cannot be created here, because the name is in use or does not begin with 'cage-'. Choose another name with --dedicated-account NAME.",
	"identity-other":
		"The cage's account {account} (uid {uid}) is not the same account on this machine: its name or number belongs to another one ({other}). Rebuild the cage on this machine.",
	"capability-unknown": "Cagewright refuses the cage, because it asks for the unknown capability '{name}'. Rebuild the cage.",
	"syslog-refused": "The cage mounts {path} as syslog socket, but /dev/log on this machine is another one. Rebuild the cage.",
	"value-refused":
		"Refusing '{value}': a command, directory or environment must not contain NUL, and a variable's name must not contain '='.",
	"one-form": "{one} and {other} select two formats for one result. Remove one of them.",
	"rollback-undone": "The other generation failed when it was started, so {name} runs generation {generation} again: {cause}",
	"file-not-shown": "Cannot show '{path}': only regular files that you may read can be shown.",
	"nothing-before":
		"Cage {name} has no generation before {generation}. `cagewright show {name} --history` lists what happened to earlier ones.",
	"already-adopted": "{service} already runs in cage {name}. Move it out first: `cagewright release {service}`.",
	"adopt-dedicated":
		"With its own account, the cage cannot use the state of {service} where it is, because that belongs to another account. To give the cage a copy: --copy-data",
	"adopt-own-unit":
		"Cage {name} has a unit of its own, which could start a second instance on the same state. Remove it first: `cagewright unit {name} --uninstall`. {unit} is its name.",
	"both-changed":
		"{path} of {service} has changed both on the host and in the cage. Choose a version with --keep host or --keep cage.",
	"cage-adopted": "Cage {name} still runs the service {service}. Move the service out first: `cagewright release {service}`.",
	"export-state-in-place":
		"Cage {name} uses its service's state where it is ({path}), so the archive cannot carry it. Export without --with-data, and transfer the state with the service's own tools.",
	"cage-state-in-place":
		"Cage {name} uses the state of {service} where it is ({path}), so only that service may start it: `cagewright adopt {service}`. Two instances on the same state would corrupt it.",
	"socket-in-use":
		"Another process listens on {path}, and cage {name} would take its place there. Stop that service first, or move it into the cage with `cagewright adopt`.",
	"cage-has-service":
		"Cage {name} already runs the service {service}. Run `cagewright release {service}` first, or choose another cage with --name.",
	"no-systemd":
		"Services cannot be moved because systemd does not run on this machine. Start the cage with `cagewright run NAME`.",
	"not-adopted": "{service} does not run in a cage. `cagewright show NAME` shows which service a cage runs.",
	"systemctl-failed": "systemctl failed ({what}), and `journalctl -xe` may tell more. Its output: {detail}",
	"app-unknown": "Unknown application '{name}'. `cagewright apps` lists the applications of this machine.",
	"assignment-before-command": "The command must not begin with '{name}='. Set the variable with --env {name}=VALUE.",
	"add-same-application":
		"--add continues the cage's existing trace, so {option} cannot change it. Remove {option}, or remove --add to trace from the start.",
	"attached-ended":
		"Tracing of process {pid} stopped, because the process or strace exited. Check that it runs and try again, or omit --attach to trace a new start.",
	"account-name-invalid":
		"Invalid account name '{name}': use up to 32 lower-case letters, digits, '-' and '_', starting with a letter.",
	"audit-danger":
		"Cage {name} was not started because it is not safe: {place}{what}. To fix it: {fix}. To accept this finding: --accept-finding {finding}:{path}",
	"audit-dangers":
		"Cage {name} was not started because it is not safe: {place}{what}. To fix it: {fix}. To accept this finding: --accept-finding {finding}:{path}. `cagewright check {name}` shows {more} more.",
	"backslash-at-end": "The command ends with a backslash that escapes nothing. Remove the backslash.",
	"bad-name": "Invalid cage name '{name}': use letters, digits, '.', '-' and '_', starting with a letter or digit.",
	"cage-busy": "Process {pid} is working on cage {name}. Wait until it exits, then try again.",
	"cage-name-needed": "Name a cage. `cagewright list` shows all cages.",
	"cage-not-built": "Cage {name} has not been built. Run `cagewright build {name}`.",
	"cage-not-running": "The application in cage {name} is not running. Start it with `cagewright run {name}`.",
	"cage-running": "Process {pid} is using cage {name}. Stop it first.",
	"cage-runs-wider":
		"Process {pid} in cage {name} still has {above} mounted, but from now on only {path} will be writable. Stop the cage first, then try again.",
	"cage-unit-runs": "{service} of cage {name} is {state}. Stop it first: `systemctl stop {service}`.",
	"cage-unknown": "Unknown cage '{name}'.{similar? Did you mean %?} `cagewright list` shows all cages.",
	"cannot-read": "Cannot read {path} ({error}). Check the file and its file system.",
	"cannot-remove": "Cannot remove {path} ({error}). Check what uses it, then try again.",
	"cannot-write": "Cannot write {path} ({error}). Check the file system and its mount options.",
	"check-names-or-all": "Name the cages to check, or pass --all.",
	"choice-gone": "{name} no longer exists. Choose again.",
	"command-empty": "The command is empty. Enter the program and its arguments.",
	"command-needs-separator": "Unexpected argument '{word}'. Put `--` before the command: `cagewright make -- COMMAND`.",
	"command-unused": "`{verb}` takes no command, because the cage has one. Remove '{word}' and what follows.",
	"command-not-in-cage":
		"{program} is not in cage {name}, which contains {programs}. Add it with --include PATH, or look around with `cagewright shell {name}`.",
	"consent-needed":
		"Nothing was built, because there is no terminal to ask on. Read the plan, then repeat the command with {option}.",
	"dedicated-account-group":
		"Cannot create account {account}: a group of this name exists. Choose another name with --dedicated-account NAME.",
	"dedicated-account-of-everybody":
		"Any package may use account {account}, so it cannot belong to one cage. Choose another name with --dedicated-account NAME.",
	"dedicated-account-root":
		"{program} keeps running as root, so there is no account to replace. If it supports another account, name that one with --user.",
	"dedicated-account-several":
		"The application uses several accounts ({accounts}), and a dedicated account can replace only one. Choose the one to replace with --user.",
	"dedicated-account-shared":
		"Account {account} cannot belong to this cage alone: it is also used by {why}. Choose another name with --dedicated-account NAME.",
	"device-refused": "Refusing device {path}: it would allow an escape. Leave it out.",
	"device-unknown": "Unknown device '{path}': this machine has no such device node. Check the path.",
	"disk-error": "The disk reports an error (EIO) at {path}. See the kernel log (dmesg), and check the disk and its file system.",
	"disk-full": "No space left on the device for {path}. Free some space and try again.",
	"env-invalid": "Invalid environment variable '{value}': use NAME=VALUE, with letters, digits and '_' in the name.",
	"explain-unknown": "Unknown subject '{subject}': name a path that starts with '/', a system call or a capability.",
	"file-unreadable": "Cannot read {file}: {detail}",
	"foreign-directory": "State folder {path} contains files of other programs ({name}). Choose an empty directory with --state.",
	"foreign-link": "{path} is a link in another user's state folder, and root does not follow it. Run the command as that user.",
	"finding-not-reported": "Cage {name} has no finding '{finding}'.{similar? Did you mean %?} It has: {findings}.",
	"finding-none": "Cage {name} has no finding '{finding}', and no other one. `cagewright check {name}` shows its findings.",
	"finding-ambiguous": "Cage {name} has several findings '{finding}'. Name one of them: {findings}.",
	"acknowledgement-unknown":
		"Nobody acknowledged '{finding}' in cage {name}.{similar? Did you mean %?} Acknowledged: {findings}.",
	"acknowledgement-none": "Nobody acknowledged '{finding}' or anything else in cage {name}.",
	"accept-one-cage": "--accept and --revoke concern one cage. Name exactly one, without --all and --nagios.",
	"until-without-accept": "--until belongs to --accept FINDING. Add it.",
	"until-invalid": "'{until}' is not a date. Write it as YYYY-MM-DD, for example 2027-01-31.",
	"until-past": "{until} is over (today is {today}). Name today or a later day.",
	"finding-unknown": "Unknown finding '{code}'.{similar? Did you mean %?} Findings that can be accepted: {codes}.",
	"for-needs-attach": "--for sets how long to watch a running process. Add --attach PID, or name a running cage with `trace`.",
	"generation-in-use":
		"Generation {generation} is in use and cannot be removed. Switch to another one first with `cagewright rollback {name} --to N`.",
	"group-unknown": "Unknown group '{group}'.{similar? Did you mean %?} Name an existing group, or create this one with groupadd.",
	"option-unused": "`{verb}` does not support {option} here. Remove it, or use it with {others}.",
	"action-without-name": "`{verb}` takes no name. Remove '{name}'.",
	"no-home":
		"This account has no home directory, where the state folder is by default. Name the folder with --state or CAGEWRIGHT_STATE, or set HOME to an absolute path.",
	"no-json": "`{verb}` has no JSON result, because its output is that of the command in the cage. Remove --json.",
	"option-of-wizard": "{option} belongs to the wizard, which opens without a verb. Remove {option}, or the verb.",
	"option-without": "{option} requires {needs}. Add {needs}, or remove {option}.",
	"removal-unconfirmed":
		"{name} was not removed, because there is no terminal to ask on. Preview with --dry-run, then repeat with --yes.",
	"seed-unknown": "Cannot seed from '{path}': it does not exist on this machine. Check the path.",
	"bind-below-bind": "{path} is below the bind {above}, so it cannot be mounted separately. Remove one of the two binds.",
	"bind-below-writable":
		"{path} is below {above}, which belongs to the cage's writable data, so it cannot be bound. Bind {above}:rw instead, or remove the bind.",
	"bind-gone":
		"Cannot mount the bind {bind}: {path} is missing or inaccessible. Restore it, or rebuild the cage without this bind.",
	"bind-unsafe":
		"Refusing to mount the bind {bind}: {path}, a part of its path, is not a directory or a socket. Find out who replaced it, then restore it.",
	"data-gone":
		"Cannot mount the cage's data: {path} is missing or inaccessible ({error}). Restore it from a backup, or run `cagewright make` with --replace.",
	"data-twice":
		"The cage's data contain both {path} and {other}, and only one of them can be moved to the new place. Remove or rename one, then try again.",
	"data-unsafe":
		"Refusing to mount {path}: it is not a directory. The application may have put a link there. Inspect it, remove it and restore the directory.",
	"bind-unknown": "Cannot bind '{path}': it does not exist on this machine. Check the path.",
	"bind-socket": "Cannot bind '{path}': it is a socket. To let the application connect to it: {option}",
	"bind-state": "Refusing to bind {path}: it overlaps the state folder {state}, which no cage may see. Bind another directory.",
	"bind-refused":
		"Refusing to bind {path}: it is a system directory. Bind only the directory below it that the application needs.",
	"bind-executed":
		"Refusing to bind {path} read-write: the host executes or trusts what is in {trusted}, see {source}. Bind it read-only ({path}:ro), or bind another directory.",
	"bind-contains-executed":
		"Refusing to bind {path} read-write: it contains {trusted}, and the host executes or trusts what is there, see {source}. Bind only the directory that the application needs{narrower?, such as %}.",
	"bind-others":
		"Refusing to bind {path} read-write: {trusted} belongs to persons or other services of this host, see {source}. Bind it read-only, or allow it with {option}",
	"bind-contains-others":
		"Refusing to bind {path} read-write: it contains {trusted}, which belongs to persons or other services of this host, see {source}. Bind only the directory that the application needs{narrower?, such as %}, or allow it with {option}",
	"bind-other-account":
		"Refusing to bind {path} read-write: it belongs to the account {account}, which the application does not use. Bind it read-only, or allow it with {option}",
	"bind-control-socket":
		"Refusing to bind {path}: whoever connects to its socket {socket} controls this machine. Bind another directory, or allow it with {option}",
	"writable-executed":
		"Refusing to make {path} writable ({option}): the host executes or trusts what is in {trusted}, see {source}. Name a directory of the application.",
	"writable-refused":
		"Refusing to make {path} writable ({option}): it is a system directory. Name a directory of the application below it.",
	"decoy-refused":
		"No decoy can be at '{path}': the launcher mounts that directory or empties it at each start. Choose another path.",
	"include-matches-nothing": "'{value}' matches nothing on this machine. Check the path or pattern.",
	"include-matches-too-much":
		"'{value}' matches more than {most} files and directories on this machine. Name a directory or pattern with fewer.",
	"program-replaced": "Cagewright was replaced by another version while this command ran. Run the command again.",
	internal: "Internal error: {detail}. Please report it with the output of --debug.",
	"kernel-file-missing": "{path} is missing, because /proc is not mounted here. Mount it, and try again.",
	"launch-failed": "The cage could not be started ({detail}). `cagewright doctor` checks this machine's requirements.",
	"lock-unreadable": "Cannot read the lock {path}. If no other cagewright process runs, remove it.",
	"manifest-damaged":
		"{path} is damaged. Go back to the previous generation with `cagewright rollback {name}`, or rebuild the cage with --replace, which keeps its data.",
	"manifest-newer":
		"{path} was written by Cagewright {version}, which is newer than this one. Use that version, or go back to a generation that this one knows with `cagewright rollback {name}`.",
	"manifest-invalid": "The cage's manifest is damaged{where? (field %)}. Restore it from a backup, or rebuild the cage.",
	"mount-point-unsafe": "Refusing to mount at {path}: it is not a plain directory. Remove it from the cage's data.",
	"mounted-below": "{mount} is mounted below {path}. Unmount it first.",
	"name-taken":
		"Cage {name} already exists for another application ({command}). Choose another name, or replace the cage with --replace.",
	"no-free-account-id":
		"Cannot create account {account}: every number between SYS_UID_MIN and SYS_UID_MAX is in use. Raise SYS_UID_MAX in /etc/login.defs.",
	"opening-both": "Both --allow and --refuse name '{value}'. Remove one of them.",
	"calls-general": "'{word}' has no effect on the general system call filter. Add --calls observed, or remove the option.",
	"calls-unobserved":
		"The stored trace does not contain all system calls of the application. Run `trace` or `make` again with --calls observed.",
	"opening-unknown":
		"Unknown permission '{value}' for --{option}: use proc, own-process, kernel-proc, sys, unix-sockets, netlink, uevents, packet-sockets, multicast, syslog, memfd, writable-code, ports, abstract-sockets, call:NAME, capability:NAME, port:NUMBER, socket:PATH or executable-data:DIR.",
	"file-exists": "{path} already exists and is not overwritten. Choose another file name.",
	"no-package-manager": "This system has no supported package manager. Install these packages yourself: {packages}.",
	"no-cages": "State folder {path} contains no cage. Check the path, or choose another folder with --state.",
	"no-launcher":
		"Refusing to start a cage: this machine cannot confine it. Missing requirements: {requirements}. `cagewright doctor` explains how to fix each.",
	"logs-unknown":
		"{name} writes no logs below /var/log, so there is nothing to rotate. Its output goes to the process that starts it.",
	"logs-in-place": "{name} writes to the host's {path}, whose logs the host's own files in /etc/logrotate.d rotate as before.",
	"limit-not-held":
		"This machine cannot limit an application that starts as root to {value} processes: no cgroup is available, and resource limits do not bind root. Start it as another account with --user, or remove --limit-processes.",
	"logrotate-inexpressible":
		"A logrotate file cannot express {path}: braces, line breaks and bytes that are not text are not allowed.",
	"reload-unknown":
		"Cagewright knows no signal that makes {name} read its certificate again. Restart the application in the hook, or check its documentation.",
	"no-record": "Cage {name} has no record yet: Cagewright writes it after the first trial. Run `cagewright trial {name}`.",
	"record-checksum-for-file": "--checksum requires a file. Name one with -o.",
	"output-descriptor": "Descriptor {descriptor} is not open for writing. Redirect it, as in {descriptor}>FILE.",
	"output-changed": "Another process replaced {path} meanwhile. Find out which, then try again.",
	"output-foreign":
		"{path} was not written by Cagewright and is not replaced. Choose another file name, or replace it with --force.",
	"output-is-device": "Refusing to write to {path}: it is a device, but no terminal and not /dev/null. Name a file.",
	"output-is-disk": "Refusing to write to {path}: it is a block device, and its content would be lost. Name a file.",
	"output-is-folder": "{path} is a directory. Name a file in it.",
	"output-is-link": "Refusing to write to {path}: it is a link to {target}. Name the target itself, or remove the link.",
	"output-is-socket": "Refusing to write to {path}: it is a socket. Name a file.",
	"output-link-above": "Refusing to follow {path}: it is another user's link to {target}. Name the directory itself.",
	"output-needs-folder": "'{output}' is no directory, and this output consists of several files. Name a directory.",
	"output-no-reader": "No process reads from {path}. Start its reader first.",
	"output-of-another":
		"Refusing to replace {path}: another user may have put it into this shared directory, and would own the result. Remove it, or choose another directory.",
	"output-own-place": "Refusing to write to {path}: Cagewright keeps its own files there. Name a file outside of {state}.",
	"output-protected": "{path} or its directory cannot be changed, even by root. `lsattr` shows whether chattr protects it.",
	"output-read-only": "{path} is on a read-only file system. Name a file on another one.",
	"output-reader-gone": "The reader of {path} stopped before the end. Start it again, then try again.",
	"record-name-or-all": "Name one cage, or write the records of all cages with --all -o DIR.",
	"record-unreadable": "Cannot read {path}, or it is not a regular file. Check the path and its permissions.",
	"no-such-directory": "Directory '{path}' does not exist. Create it, or name another one.",
	"no-such-file": "File '{path}' does not exist. Check the path.",
	"no-such-generation": "Cage {name} has no generation {generation}. `cagewright show {name}` lists its generations.",
	"no-terminal": "The wizard requires a terminal. Use `cagewright make` instead; `cagewright make --help` lists its options.",
	"not-full-landlock":
		"--require full fails: this kernel has no Landlock. Boot Linux 5.13 or later with 'landlock' in the kernel parameter lsm=, or remove --require.",
	"not-permitted": "No permission for {path} ({error}). Run the command as root.",
	"not-traced": "Cage {name} has not been traced. Run `cagewright trace {name}`.",
	"nothing-to-cage": "Name an application: a template, a unit or a command, as in `cagewright make -- COMMAND`.",
	"nul-in-command": "The command contains a NUL byte. Remove it.",
	"path-climbs": "Invalid path '{path}' ({option}): '..' is not allowed. Write the full path.",
	"path-not-absolute": "Invalid path '{path}' ({option}): it must start with '/'.",
	"parameter-invalid": "Invalid value '{value}' for {name} of template {template}: expected {kind}.",
	"parameter-needed":
		"Template {template} requires a value for {name}: add --set {name}=VALUE. `cagewright template show {template}` describes it.",
	"parameter-refused": "These values make template {template} invalid at {place}: {problem}. Choose other values with --set.",
	"parameter-unknown": "Template {template} has no parameter '{name}'. Remove it{known?, or use one of these: %}.",
	"set-invalid": "Invalid --set '{value}': use NAME=VALUE, with the name in lower case.",
	"set-without-template": "--set requires a template. Name a template, or remove --set.",
	"placeholder-unresolved":
		"The template requires {name}, which this machine does not have. Install it, or give the command yourself.",
	"plan-path-below-file": "Cannot place {path} in the cage: {above} is not a directory. Exclude one of the two.",
	"plan-path-twice": "The plan contains {path} twice, perhaps as a file and as a mount. Check --include, --writable and --bind.",
	"plan-path-unsafe": "Refusing unsafe path '{path}' in the plan. Exclude it.",
	"process-elsewhere":
		"Process {pid} runs in a container or under another root, so its files are not this machine's. Run Cagewright inside that container.",
	"process-of-kernel": "Process {pid} is a kernel thread or has exited. Name a process of the application.",
	"process-traced": "Process {tracer} is already tracing process {pid}. Stop it first.",
	"process-unknown": "Process {pid} does not exist. `cagewright apps` lists running applications.",
	"port-needs-root":
		"{command} listens on port {port}, but {user} may not use ports below {lowest}. Configure a higher port, or run the command as root.",
	"nowhere-executable":
		"No folder allows programs to run: {folder}, /run, /tmp and /dev/shm are mounted noexec. Choose a state folder without noexec with --state.",
	"own-program-not-executable":
		"{path} cannot be executed. If its file system is mounted noexec, install Cagewright elsewhere; otherwise install it again.",
	"path-unusable": "{path} cannot be used ({error}). Check the path.",
	"processor-unsupported": "Processor {processor} is not supported. Use an x86_64 or arm64 machine.",
	"program-failed": "{program} failed ({problem}). Fix the cause, then try again.",
	"program-not-a-file": "{program} is not a file. Name the program itself.",
	"program-not-executable": "{program} is not executable. Check its mode.",
	"program-not-found": "Program '{program}' not found. Check the name, or install it.",
	"quote-unterminated": "The command contains an unterminated quote {quote}. Close it.",
	"read-only-file-system":
		"{path} is on a read-only file system. If it was writable before, see the kernel log (dmesg); otherwise choose another state folder with --state.",
	"shell-missing": "No shell is available for the cage. Install busybox-static or bash.",
	"shell-syntax": "The command contains {character}, but no shell runs it. Quote the character, or remove it.",
	"signal-unknown": "Unknown signal '{signal}'. `kill -l` lists all signals.",
	"source-changed": "{path} changed while it was copied. Try again when no process writes to it.",
	"source-gone": "{path} has disappeared since the trace. Trace again.",
	"source-hollow":
		"{path} was not copied: it is a sparse file of {bytes} bytes with hardly any content. Leave it out with --exclude {path}.",
	"source-is-link": "{path} has become a link since it was planned. Trace again.",
	"source-moved": "{path} now points to {real}. Trace again.",
	"source-not-regular": "{path} is no longer a regular file. Trace again, or exclude it.",
	"source-of-kernel": "{path} is a kernel file and cannot be copied. Exclude it.",
	"state-not-regular":
		"{path} is not a regular file, so it is not what Cagewright wrote. Move it away, or restore it from a backup.",
	"state-too-large": "{path} is larger than any file that Cagewright writes there. Move it away, or restore it from a backup.",
	"current-directory-gone": "The current directory no longer exists. Change to another one with `cd`, then try again.",
	"require-without-run":
		"--require full cannot apply to {name} as a system service, because systemd starts it without Cagewright. Remove the option. `cagewright doctor` checks this machine's layers.",
	"state-newer": "{path} was written by a newer version of Cagewright, which this one cannot read. Use the newer version.",
	"state-damaged": "{path} is damaged. Restore it from a backup, or rebuild the cage with --replace, which keeps its data.",
	"still-in-use": "{path} is still in use. Stop the processes that use it, then try again.",
	"cage-without-template":
		"No template of this machine belongs to cage {name}, so there is nothing to compare. `cagewright template list` shows the templates.",
	"file-not-regular": "'{file}' is not a regular file. Check the path.",
	"target-unknown":
		"Unknown template or systemd unit '{name}'.{similar? Did you mean %?} `cagewright template list` and `cagewright apps` show what is available.",
	"size-invalid": "Invalid size '{value}': use at least 4M, such as 512M or 2G.",
	"number-invalid": "Invalid number '{value}': use a whole number from {least}.",
	"timeout-invalid": "Invalid number of seconds '{value}': use a number from 1 to 86400.",
	"tool-missing": "{tool} is missing. Install the package {package}, or run `cagewright doctor --fix`.",
	"sockets-on-host": "Cagewright cannot open the application's sockets on the host. Omit --on-host.",
	"socket-invalid":
		"Invalid socket '{value}': write KIND ADDRESS, such as 'stream 127.0.0.1:8080' or 'stream /run/app.socket mode=0660 group=www-data'. KIND is stream, datagram or seqpacket.",
	"user-namespaces-off":
		"This system denies user namespaces to ordinary users ({detail}). Allow them with `sysctl -w {setting}`, or run cagewright as root.",
	"user-namespaces-refused":
		"This system gives ordinary users no rights in user namespaces ({detail}). `cagewright doctor` says what to change. Or run cagewright as root.",
	"unsafe-data":
		"Refusing to write to {path} in the cage's data: it is not a directory. The application may have put a link there. Inspect it, remove it and try again.",
	"unsafe-directory":
		"Refusing to work in {path}: {problem}. The directory must belong to you or root, be writable only by its owner, and have no other user's link on its path.",
	// wizard sessions
	"no-session": "No session is saved. Start one with `cagewright`.",
	"sessions-action-unknown": "Unknown action '{action}': use `sessions list`, `sessions show NAME` or `sessions remove NAME`.",
	"cut-off": "This step was interrupted and rolled back. Run it again.",
};

export type Failures = Readonly<Record<keyof typeof failuresEn, string>>;

declare module "../../base/failure.ts" {
	interface FailureSentences extends Failures {}
}
