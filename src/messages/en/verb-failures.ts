export const verbFailuresEn = {
	"install-packaged": "A package has already installed Cagewright in {path}. Remove the package first, then install again.",
	"install-foreign": "{path} was not written by Cagewright and is not overwritten. Move it away, then install again.",
	"export-damaged": "{path} is damaged or was not written by Cagewright, so nothing was imported. Export the cage again.",
	"export-data-changed": "The data of {name} changed during the export. Stop the processes that use them, then export again.",
	"export-without-data":
		"--with-data is only for archives of `import`: other formats contain no data. Remove --with-data or --format.",
	"export-needs-output": "--format {format} writes more than one file. Name a new file or folder: `-o {example}`.",
	"export-secrets":
		"Cage {name} was not exported, because it contains {count} {count|secret|secrets}: {path}{count|.|, …} To export it anyway: --allow-secret-export",
	"export-whiteout":
		"Cage {name} was not exported, because engines take {path}{count|.|, …} for an order to remove another file: names in images must not begin with '.wh.'. Rename it, leave it out with --exclude, or export the cage as tar or portable.",
	"export-secret-command":
		"Cage {name} was not exported, because its command line contains a secret. Move the secret to a file, or export it anyway: --allow-secret-export",
	"portable-name": "systemd accepts this portable service only as '{name}*'. Choose another name than {path}.",
	"export-sockets":
		"Cage {name} was not exported, because systemd passes sockets to its application, which other engines do not. Export it as tar.",
	"export-changed": "Cage {name} was not exported, because it changed after the build: {path} {what}. To fix it: {fix}.",
	"import-architecture":
		"Nothing was imported: the cage was built for {theirs} processors, but this machine is {ours}. Create the cage here from its template.",
	"import-there": "Nothing was imported: this machine already has a cage or data named {name}. Choose another name with --name.",
	"import-unknown":
		"Nothing was imported: the archive contains '{name}' ({what}), which this version of cagewright does not support.",
	"import-published":
		"Nothing was imported: the archive publishes {path} on this machine, which no exported cage does. Export the cage again.",
	"import-setuid": "Nothing was imported: {path} in the archive is setuid or setgid. To allow it: --allow-setuid {path}",
	"archive-name": "Nothing was imported: the archive contains the invalid name '{path}'. Export the cage again.",
	"archive-twice": "Nothing was imported: the archive contains {path} twice. Export the cage again.",
	"archive-place":
		"Nothing was imported: the archive contains {path}, which is no part of an exported cage. Export the cage again.",
	"archive-link": "Nothing was imported: {path} in the archive is a symbolic link that no export writes. Export the cage again.",
	"archive-hard-link": "Nothing was imported: {path} in the archive is a hard link that no export writes. Export the cage again.",
	"archive-node":
		"Nothing was imported: {path} in the archive is a special file ({kind}), which no export writes. Export the cage again.",
	"archive-setuid":
		"Nothing was imported: {path} in the archive's data is setuid or setgid, which no export writes. Export the cage again.",
	"archive-limit":
		"Nothing was imported: {path} in the archive exceeds a limit ({what}: {most}). Create the cage here from its template.",
	"import-refused":
		"Nothing was imported: {path} in the archive {what}. Fix this on the other machine, where `cagewright check` explains it, and export the cage again.",
	"import-without-checksum": "Nothing was imported: the archive has no SHA-256 of {path}. Export the cage again.",
	"import-device":
		"Nothing was imported: the device {path} has another number on this machine. Create the cage here from its template.",
	"import-account":
		"Nothing was imported: the archive contradicts itself or this machine about account {account}. Export the cage again, or give it its own account with --dedicated-account.",
	"import-nameless":
		"Nothing was imported: the archive has no name for {what} {id}, and numbers differ between machines. Give {what} {id} a name on the other machine, then export the cage again.",
	"import-no-user":
		"Nothing was imported: this machine has no user {name}, which the cage needs. Create it (`useradd --system {name}`), or give the cage its own account with --dedicated-account.",
	"import-no-group":
		"Nothing was imported: this machine has no group {name}, which owns files of the cage. Create it (`groupadd --system {name}`) and import again.",
	"import-needs-root": "Nothing was imported: only root can give this cage another account than {own}. Run the command as root.",
	"import-unconfirmed":
		"Nothing was imported, because the cage's commands run as root here. Review them with --dry-run, then repeat with --yes.",
	"export-needs-file":
		"--json reports on the export and does not print the archive. Name a file: `cagewright export {name} -o {name}.tar --json`.",
	"export-to-terminal": "Refusing to write an archive to the terminal. Name a file: `cagewright export {name} -o {name}.tar`.",
	"minimise-not-asked": "--keep, --keep-kind, --give-up and --jobs require --minimise. Add --minimise.",
	"minimise-unconfirmed":
		"Nothing was left out, because there is no terminal to ask on. Preview with --dry-run, then run `cagewright minimise {name} --yes`.",
	"minimise-unanswered":
		"{name} does not answer with all its files ({probe} fails), so no file can be proven unnecessary. Run `cagewright trial {name}` first.",
	"minimise-refused": "The smaller generation failed, so {name} stays at generation {generation}: {cause}",
	"minimise-undone":
		"The smaller generation did not answer after the restart, so {name} runs generation {generation} again: {cause}",
	"update-refused": "The new generation failed, so {name} stays at generation {generation}: {cause}",
	"update-undone":
		"The new generation failed after the restart, so {name} runs generation {generation} again with its data unchanged: {cause}",
	"undone-down":
		"{name} does not answer after the restart, neither in the new generation nor in generation {generation}, which is current again. It may be down, and the next cagewright command tries once more to start it: {cause}",
	"update-silent": "{service} does not answer after the restart: {probe}",
	"update-include-one":
		"--include is about one cage. Name that cage only. Example: `cagewright update redis --include /etc/app.key`.",
	"include-not-missed":
		"Cage {name} did not ask for {path}. `cagewright update {name} --dry-run` lists what is missing. To add any file: `cagewright build {name} --include PATH`.",
	"update-private":
		"Nothing was updated, because {path} would be added to cage {name} with a missing file, and not every account may read it. Add it on purpose: `cagewright build {name} --include PATH`.",
	"update-names-or-all": "Name the cages to update, or pass --all. Example: `cagewright update redis`.",
	"adopt-failed": "{service} failed in cage {name}, so it runs on the host as before: {cause}",
	"adopt-failed-kept":
		"{service} failed in cage {name}, so it runs on the host as before: {cause} Data that it wrote in the cage is saved in {path}.",
	"lockout-service":
		"Refusing to move {service} into a cage: it opens sessions for accounts of this machine ({program}: {shows}). The cage contains no passwords, home directories and shells of theirs, so logins, jobs or transfers would fail, and you could lock yourself out. Leave it on the host; for file transfers, the template sftp makes a second server. A login as --client-probe shows what the cage would need. To accept this: {option}",
	"lockout-unit":
		"Refusing to install a unit for cage {name}: its application opens sessions for accounts of this machine ({program}: {shows}). The cage contains no passwords, home directories and shells of theirs, so logins, jobs or transfers would fail. If it serves only accounts that you name, make the cage with --account user:NAME and a probe that logs in as one of them. To accept this: {option}",
	"adopt-consent":
		"{service} was not changed, because there is no terminal to ask on. Preview with --dry-run, then repeat with --yes.",
	"adopt-probe-fails": "{service} does not answer on the host, so nothing was changed. Probe: {probe}. Use another --probe.",
	"adopt-exercise-fails":
		"An exercise fails in cage {name}, so {service} stays on the host: {exercise} · `cagewright explain {name}` shows what the cage refuses, and `cagewright trial {name}` tries it again.",
	"client-probe-fails": "A client probe fails before the move, so nothing was changed: {probe} {words}",
	"client-probe-silent": "A client is cut off: its probe fails: {probe} {words}",
	"client-path-gone": "{client} is cut off, because {path} is gone.",
	"client-path-changed":
		"{client} may be cut off, because {path} has another owner or mode ({after} instead of {before}, as numbers).",
	"client-file-differs":
		"{client} is cut off: it has {path} open, and the service uses another file at that path in its cage. To share the directory: --bind PATH:rw.",
	"client-pid-file-differs": "{client} is cut off: {path} no longer contains the process id of the service on the host.",
	"client-port-gone": "{client} is cut off, because the service no longer listens on {offer}.",
	"client-refused": "{client} is cut off: its account cannot connect to {offer} any more ({error}).",
	"client-rejected":
		"{client} is cut off: the service closes its connections to {offer} at once. It may not know the client's account: --account user:NAME.",
	"client-down": "{client} stopped with the service and does not run again.",
	"adopt-homes":
		"{service} changes files in {paths}, the homes of persons. The cage would have copies, which these persons do not see. To share the homes of all persons, add {all}. To share only these, add {these}.",
	"adopt-socket-alone":
		"{service} uses {path}, but the cage cannot mount it: another account may write in {directory}, or that directory is left out or the cage's own. Move the socket to a directory that only root can change. If nobody needs it, add --refuse socket:{path}",
	"adopt-sockets":
		"The configuration of {service} names {paths}. A cage reaches such a service only if you permit it, because its clients may be able to do more on this machine than ask for data. If the cage may connect, add {allow}. If nobody needs that, add {refuse}.",
	"adopt-secrets":
		"{service} uses {paths}, which --yes does not put into a cage. If the cage may contain them, add {allow}. If nobody needs them, add {exclude}.",
	"adopt-used-hidden": "It is a client itself, and no longer finds {path}, which it used.",
	"adopt-path-gone": "Its clients are cut off, because {path} is gone.",
	"adopt-port-gone": "Its clients are cut off, because it no longer listens on {offer}.",
	"adopt-network-hidden":
		"{cause} It may have decided that by {paths}, which its cage does not show. To show such files: --allow kernel-proc",
	"adopt-file-differs":
		"Its clients may be cut off, because the service uses another file at {path} in its cage. To share the directory: --bind PATH:rw.",
	"adopt-path-silent": "Its clients are cut off, because nobody answers at {path}.",
	"adopt-path-changed":
		"Its clients may be cut off, because {path} has another owner or mode ({after} instead of {before}, as numbers).",
	"adopt-together-failed": "{service} failed, so {back} moved back to the host too: {cause}",
	"release-together-failed": "{service} failed, so {back} moved back into the cage too: {cause}",
	"adopt-together-option": "{option} belongs to one service. Move {service} on its own first, or leave out {option}.",
	"adopt-too-wide":
		"Cage {name} makes {path} writable, where other programs keep their state too. Rebuild the cage with narrower --writable directories.",
	"adopt-has-cage":
		"Cage {name} already runs the program of {service}, so nothing was changed. To move the service into it: `{use}`. To make a second cage: `{other}`.",
	"adopt-which-cage": "{service} has several cages ({names}). Choose one with --name.",
	"adopt-other-application":
		"Cage {name} is not for {service}: it starts {program}. Choose the right cage with --name, or create one.",
	"release-failed": "{service} failed on the host, so it runs in cage {name} as before: {cause}",
	"release-failed-kept":
		"{service} failed on the host, so it runs in cage {name} as before: {cause} Data that it wrote on the host is saved in {path}.",
	"release-unfinished":
		"An earlier release of {service} is not undone yet. `cagewright list` tries again, and says what prevents it.",
	"release-link":
		"{path} is a link that the application created in cage {name}, and it points outside the application's state. Inspect it, and remove it from the cage's data before you release the service.",
	"release-place-changed":
		"{path} is no longer a plain directory, or its path contains a link. Restore the directory before you release the service.",
	"release-stage-changed": "{path} was replaced during the release, so nothing was moved. Inspect it, and move it away.",
	"service-not-running": "{service} is not running ({state}). Start it first, so that its answer can be checked.",
	"service-outside":
		"The main process of {service} is not in cage {name}. Another drop-in may change RootDirectory=: check `systemctl cat {service}`.",
	"service-silent-words":
		"{service} is {state} and does not answer: {probe}. Its output: {words} `journalctl -u {service}` shows more.",
	"service-silent": "{service} is {state} and does not answer: {probe}. `journalctl -u {service}` shows more.",
	"undo-failed":
		"{service} could not be restored and may be down: {cause} The next cagewright command tries again. The data are complete on the host and in cage {name}.",
	"dropin-there":
		"{service} already has a drop-in for cage {name}. Remove it first: `cagewright unit {name} --dropin {service} --uninstall`.",
	"attach-forbidden":
		"Cannot trace process {pid}: kernel.yama.ptrace_scope is 3 until the next boot. Set it to 1 in /etc/sysctl.d and reboot, or omit --attach to trace a new start.",
	"attach-needs-root": "This account may not trace process {pid} (kernel.yama.ptrace_scope is {scope}). Run the command as root.",
	"attach-refused":
		"Cannot trace process {pid}, even as root ({detail}). CAP_SYS_PTRACE is missing, as in many containers. Run the command on the host, or omit --attach.",
	"unit-needs-root":
		"{option} is for system units, and cage {name} belongs to an ordinary user. Omit {option}, and save the printed unit below ~/.config/systemd/user.",
	"dropin-needs-root":
		"Cage {name} was made without root, and only root can change {service}. Create the cage as root, or use the cage's own unit: `cagewright unit {name}`.",
	"unit-not-loaded": "systemd does not use {path} for {unit}, so nothing was changed: {problem}",
	"watch-not-running": "{unit} does not run, so it was not installed: {words}",
	"kernel-log-unreadable":
		"Cannot read the kernel log, /dev/kmsg ({detail}). Run `cagewright watch` as root on the host, not in a container.",
	"alarms-landlock-old":
		"This kernel does not record what Landlock refuses, so ports, signals, abstract sockets and files that only Landlock refuses raise no alarm. Linux 6.15 and later record it.",
	"alarms-landlock-off":
		"Auditing is off, so ports, signals, abstract sockets and files that only Landlock refuses raise no alarm. To record them: auditctl -e 1, or boot with audit=1",
	"alarms-limited":
		"Cagewright can only read the kernel log here, which keeps at most ten refused calls of the whole machine in five seconds. To see all, run `cagewright watch` as root on the host.",
	"alarms-foreign-numbers":
		"This is not the host's PID namespace, so the kernel's records do not tell which process was refused. Cages are known only by their audit sessions: crashes raise no alarm, and neither do processes of a cage without its own session. Run `cagewright watch` on the host, not in a container.",
	"alarms-unrecorded":
		"Alarms were not measured, because no record of a refused call reached this machine. In a container, the host has the records: run `cagewright selftest --alarm` there.",
	"alarms-lost":
		"Records of refused calls were lost: they came too fast, the kernel limits their rate (see rate_limit in `auditctl -s`), or the process that reads them was killed. Some alarms may be missing.",
	"alarm-not-printed": "An alarm was not printed, but the watch goes on: {cause}",
	"alarm-not-handled": "An alarm was raised, but storing it or reacting to it failed: {cause}",
	"not-stopped-processes":
		"Processes {pids} of {name} still run after SIGKILL: they wait for a device or a disk, or something starts them again. `ps -o pid,ppid,stat,wchan:20,args -p {pids}` shows which.",
	"not-stopped-service":
		"No process of {name} is left, but {service} is not stopped ({detail}), so systemd may start it again. See `systemctl status {service}`.",
	"not-frozen": "Processes {pids} of {name} could not be suspended. `cagewright watch --on-alarm stop` would end them.",
	"reaction-command-failed": "The command failed ({status}): {command}",
	"reaction-command-hung": "The command was killed after {seconds} seconds: {command}",
	"reaction-left":
		"The reaction to an alarm of {name} is not finished. The next `cagewright watch` with the same reaction completes it.",
	"decoys-unwatched":
		"Opened decoys raise no alarm, because the kernel refuses fanotify. Run `cagewright watch` as root on the host, not in a container.",
	"watch-impossible":
		"This machine cannot watch a cage for failures ({detail}). Watching requires root and a kernel with BPF. `cagewright trace NAME --add --attach PID --for TIME` watches with strace instead, but slows the application down.",
	"watch-not-built":
		"This build has no `trace --for`, because it was made without gcc for BPF. Install the Debian package gcc-bpf, run `npm run build`, then try again.",
	"watch-no-namespace":
		"Process {pid} of the cage shares its PID namespace, so its calls cannot be told apart from others. `cagewright trace NAME --add --attach {pid} --for TIME` watches it with strace, but slows it down.",
	"watch-ended": "Watching {name} ended early. Its results so far are saved. Run the command again to continue.",
	"install-needs-root": "Only root can install packages. Run this as root: {command}",
	"install-failed": "The package manager failed at `{command}`: {detail}",
	"dropin-other-application":
		"{service} does not start {program}, the program of cage {name}, so its clients would reach another application. Name the right cage, or create one: `cagewright make {service}`.",
	"selftest-blind":
		"The self-test cannot judge this cage: even the control run without any layer could not escape ({groups}). Run `cagewright doctor`.",
	"selftest-broken":
		"The self-test did not finish, so it proves nothing about the cage. Try again when the machine is less busy. {detail}",
	"selftest-escaped":
		"Cage {name} is not safe: {ways}. Do not run it. `cagewright selftest {name}` explains each result and its fix, and `cagewright trial {name}` tests it again.",
	"selftest-needs-systemd":
		"Cannot test a unit: systemd does not run here. Omit --unit to test the launcher, or test on the machine where the unit will run.",
	"selftest-own-unit":
		"The unit of {name} starts cagewright, which sets up the cage itself. Omit --unit to test that: `cagewright selftest {name}`.",
	"unit-changed":
		"{path} was edited after Cagewright wrote it. Move your changes to a drop-in with another name, or remove the file. Then try again.",
	"unit-ends": "{unit} is a task that ends. Name a unit that keeps running (`cagewright apps` lists them), or give a command.",
	"unit-foreign": "{path} was not written by Cagewright and is not overwritten. Move it away, then try again.",
	"unit-inexpressible": "A systemd unit cannot express {setting}={value}. Change the value.",
	"unit-needs-instance":
		"{unit} is a systemd template unit and requires an instance. Write NAME@INSTANCE, as in postgresql@17-main.",
	"unit-not-installed": "{path} does not exist. Nothing was removed.",
	"unit-of-other": "{path} belongs to the cage {cage}. Uninstall it there first.",
	"unit-overridden":
		"{path} sets {setting} after {dropin}, so the service would not run in its cage. Remove that line, or rename the file so that it sorts before {dropin}.",
	"unit-per-connection-refused":
		"{socket} starts {unit} once for each connection and passes the connection as a file descriptor. Cages support this only with StandardInput=socket. Give the command of a server that listens itself.",
	"unit-program-missing": "{unit} starts {program}, which is not installed. Install it, or give another command.",
	"unit-trial-needs-systemd": "Cannot try a unit: systemd does not run here. Omit --unit and --dropin to try the launcher.",
	"unit-trial-sockets":
		"The unit of {name} cannot be tried, because the running {sockets} holds its sockets. Install the drop-in and start the service.",
	"unit-trial-own":
		"The unit of {name} starts cagewright, which sets up the cage itself. Omit --unit to try that: `cagewright trial {name}`.",
	"unit-rejected":
		"systemd rejects the unit ({complaint}), so nothing was written. Please report this with the output of `cagewright unit`.",
	"unit-score-launched":
		"systemd {version} cannot rate this unit, because a script creates the cage. To test the protection: `cagewright selftest {name} {option}`.",
	"unit-reload-failed":
		"systemd could not reload its units ({problem}), so the change was undone. Run `systemctl daemon-reload`, fix the error that it shows, then try again.",
	"unit-sockets-refused":
		"{unit} gets the sockets {sockets} from systemd, and Cagewright cannot pass them on. Let the application listen itself, and give that command.",
	"unit-per-connection-own":
		"{name} starts once for each connection, which only a socket unit can do. Use a drop-in for its service: `cagewright unit {name} --dropin {unit}`.",
	"unit-without-sockets":
		"{name} gets its sockets at start, and no unit of this machine opens them. Start it with `cagewright run {name}`. Or write a socket unit with a service and use `cagewright unit {name} --dropin UNIT`.",
	"unit-starts-nothing": "{unit} starts no command. Name another unit (`cagewright apps` lists them), or give a command.",
	"unit-starts-several": "{unit} has no program of its own. It starts {units}. Name one of them.",
	"unit-unknown": "Unknown or masked systemd unit '{name}'. `cagewright apps` lists the available units.",
	"session-unknown": "Unknown session '{name}'. `cagewright sessions list` shows all sessions.",
	"session-ambiguous": "Several sessions are named '{name}'. Use one of these ids instead: {ids}.",
	"session-open": "Session {id} is open in process {pid}. Continue there, or end that process first.",
	"session-newer": "Session {id} was saved by a newer cagewright. Continue with that version, or remove the session.",
	"session-damaged": "Session {id} is damaged and cannot be resumed. It was moved to {path}.",
	"session-not-kept": "The session could not be saved, so it cannot be resumed: {cause}",
	"session-removal-unconfirmed": "Removing session {name} deletes its answers and its trace. Confirm with --yes.",
	"session-name-needed": "Name a session by its cage or its id. `cagewright sessions list` shows all sessions.",
};
