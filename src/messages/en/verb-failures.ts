export const verbFailuresEn = {
	"install-foreign": "{path} is somebody else's, and is not overwritten; move it aside, then install again",
	"export-damaged": "{path} is damaged, or was made by somebody else ({where}); nothing was taken in. Export the cage again",
	"export-data-changed": "Something changed the data of {name} during the export. Stop what uses it, and export again.",
	"export-changed": "{name} is not what was built ({finding} {path}), and is not passed on; see cagewright check {name}",
	"import-architecture":
		"the cage was made for another processor ({theirs}; here it is {ours}); make it anew here from its template",
	"import-there": "a cage {name}, or data of one, is here already and stays as it is; take it in under another name with --name",
	"import-unknown": "refused: the archive names {what} '{name}', which this version does not know; nothing was imported",
	"import-setuid":
		"refused: {path} in the archive is setuid or setgid; allow it with --allow-setuid {path}. Nothing was imported",
	"archive-name": "refused: invalid name {path} in the archive; nothing was imported",
	"archive-twice": "refused: {path} is in the archive twice; nothing was imported",
	"archive-place": "refused: {path} has no place in an exported cage; nothing was imported",
	"archive-link": "refused: {path} in the archive is a symbolic link where an export has none; nothing was imported",
	"archive-hard-link": "refused: {path} in the archive is a hard link where an export has none; nothing was imported",
	"archive-node": "refused: {path} in the archive is a {kind}; nothing was imported",
	"archive-setuid": "refused: {path} in the archive's data is setuid or setgid; nothing was imported",
	"archive-limit": "refused: {path} in the archive exceeds a limit ({what}: {most}); nothing was imported",
	"import-refused": "refused: {path} in the archive ({why}); nothing was taken in",
	"import-account":
		"the cage's account {account} is {uid} there; on this machine {uid} is {other} and {account} is {otherUid}. Make the cage anew here from its template",
	"import-unconfirmed": "an imported cage holds commands that run as root here: look at them with --dry-run, then give --yes",
	"export-needs-file":
		"--json prints what was done, not the archive; name a file for it: cagewright export {name} -o {name}.tar --json",
	"export-to-terminal": "an archive is nothing for a terminal; name a file: cagewright export {name} -o {name}.tar",
	"minimise-not-asked": "--keep, --keep-kind, --give-up and --jobs say how to minimise: give --minimise as well",
	"minimise-unconfirmed":
		"Nothing was left out, because nobody could be asked; look with --dry-run and repeat with --yes: cagewright minimise {name} --yes",
	"minimise-unanswered":
		"{name} does not answer as it is ({probe} fails), so nothing can be proven unnecessary; try it first: cagewright trial {name}",
	"minimise-refused": "{name} stays at generation {generation}, for the smaller one did not work: {cause}",
	"minimise-undone":
		"{name} is back at generation {generation}, for the smaller one did not answer where it was started: {cause}",
	"update-refused": "{name} stays at generation {generation}, for the new one did not work: {cause}",
	"update-undone":
		"{name} is back at generation {generation} and its data as it is, for the new one did not work when it was started: {cause}",
	"update-silent": "{service} does not answer after the restart: {probe}",
	"update-names-or-all": "name the cages to update, or all of them with --all; for example: cagewright update redis",
	"adopt-failed": "{service} runs on the host as before, for in the cage {name} it did not work: {cause}",
	"adopt-failed-kept":
		"{service} runs on the host as before, for in the cage {name} it did not work: {cause} What it wrote there is kept in {path}.",
	"adopt-consent":
		"{service} was not touched, because nobody could be asked; look at what would be done with --dry-run and repeat with --yes.",
	"adopt-probe-fails": "{service} does not answer as it is, before anything was changed: {probe}; give another --probe.",
	"adopt-too-wide":
		"The cage {name} has {path} as writable, where others keep their state too; make it again with narrower --writable directories.",
	"adopt-which-cage": "{service} has more than one cage ({names}); say which with --name.",
	"adopt-other-application":
		"The cage {name} is not of {service}: it starts {program}. Name its own cage with --name, or make one.",
	"release-failed": "{service} runs in its cage {name} as before, for on the host it did not work: {cause}",
	"release-link":
		"{path} is a link that the application made in its cage {name}, and that leads out of its state; look at it, and remove it from the cage's data before releasing.",
	"release-place-changed":
		"{path} is no plain directory any more, or there is a link on the way to it; put it right before releasing.",
	"release-stage-changed":
		"{path} is not the folder that the release made there, so nothing was moved from or to it; look at it, and move it away.",
	"service-not-running": "{service} does not run ({state}); start it first, so that it can be seen to answer.",
	"service-outside":
		"The main process of {service} is not in the cage {name}; another drop-in may change RootDirectory= (`systemctl cat {service}`).",
	"service-silent-words":
		"{service} is {state} and did not answer: {probe}. It says: {words} `journalctl -u {service}` says more.",
	"service-silent": "{service} is {state} and did not answer: {probe}. `journalctl -u {service}` says more.",
	"undo-failed":
		"{service} could not be brought back and may be down: {cause} The next cagewright command tries again; its data are whole, on the host and in the cage {name}.",
	"dropin-there":
		"{service} has a drop-in for the cage {name} already; take that away first: cagewright unit {name} --dropin {service} --uninstall",
	"attach-forbidden":
		"Process {pid} cannot be watched: kernel.yama.ptrace_scope is 3, which holds until the machine is started anew. Set it to 1 in /etc/sysctl.d and reboot, or trace a start of its own without --attach.",
	"attach-needs-root":
		"Process {pid} may not be watched by this account (kernel.yama.ptrace_scope is {scope}); run this as root.",
	"attach-refused":
		"Process {pid} cannot be watched although this is root ({detail}); CAP_SYS_PTRACE is missing, as in a container. Run this on the host itself, or trace without --attach.",
	"unit-needs-root":
		"{option} is for units of the system, and the cage {name} belongs to an ordinary user; print its unit without {option} and put it below ~/.config/systemd/user.",
	"dropin-needs-root":
		"{name} was made without root, and {service} is root's to change; make the cage as root, or take the unit of its own: cagewright unit {name}.",
	"kernel-log-unreadable":
		"Cannot read the kernel log, /dev/kmsg ({detail}). Run `cagewright watch` as root on the host, not in a container.",
	"alarm-not-handled": "An alarm was not handled completely ({problem}).",
	"watch-impossible":
		"This machine cannot watch a cage for what fails ({detail}); it takes root, perl and an x86_64 kernel with BPF. `cagewright trace NAME --add --attach PID --for TIME` watches with strace, which slows the application down.",
	"watch-no-namespace":
		"Process {pid} of the cage has no PID namespace of its own, so its calls cannot be told from those of others; `cagewright trace NAME --add --attach {pid} --for TIME` watches it with strace, which slows it down.",
	"watch-ended": "The watch of {name} ended before its time; what it saw is kept.",
	"install-needs-root": "Only root can install packages; run as root: {command}",
	"install-failed": "The package manager failed: {command}: {detail}",
	"dropin-other-application":
		"{service} does not start {program}, which the cage {name} has: its clients would find another application. Name the cage of that service, or make one: cagewright make {service}",
	"selftest-blind":
		"The self-test does not work here: even without any layer nothing got out by these ways: {groups}. Nothing is known of the cage; see `cagewright doctor`.",
	"selftest-broken":
		"The self-test came to no end, so nothing is known of the cage; try again when the machine is less busy. {detail}",
	"selftest-escaped":
		"The cage {name} does not hold: {ways}. Do not run it; `cagewright selftest {name}` says what each means and how to close it.",
	"selftest-needs-systemd":
		"No systemd runs here, so no unit can be tested; leave --unit out to test the launcher, or test where the unit shall run.",
	"selftest-own-unit":
		"The unit of {name} runs cagewright itself, which makes the cage; `cagewright selftest {name}` without --unit tests that.",
	"selftest-needs-perl": "The self-test needs perl on this machine (Debian package perl-base); install it and test again.",
	"unit-changed":
		"{path} was changed since it was written; move your changes to a drop-in of another name, or remove the file, and try again.",
	"unit-ends": "{unit} is a task that ends; name the unit of what keeps running (`cagewright apps`), or give a command.",
	"unit-foreign": "{path} was not written by cagewright and stays as it is; move it away and try again.",
	"unit-inexpressible": "{setting}={value} cannot be written into a systemd unit; change that value.",
	"unit-needs-instance": "{unit} is a template of systemd and needs an instance; write NAME@INSTANCE, as in postgresql@17-main.",
	"unit-not-installed": "{path} is not there; `cagewright unit NAME --install` writes it.",
	"unit-of-other": "{path} belongs to the cage {cage}; uninstall it there first.",
	"unit-overridden":
		"{path} comes after {dropin} and sets {setting}, so the service would not be in its cage; remove that line, or rename the file so that it comes first.",
	"unit-per-connection-refused":
		"{socket} starts {unit} for each connection and hands that over as a descriptor. A cage takes only services that read it from their standard input (StandardInput=socket); give the command of a server that listens itself.",
	"unit-program-missing": "{unit} starts {program}, which is not installed; install it, or give another command.",
	"unit-trial-needs-systemd": "No systemd runs here, so no unit can be tried. Leave --unit and --dropin out to try the launcher.",
	"unit-trial-sockets":
		"{name} gets its sockets from {sockets}, which belong to the machine, so its unit cannot be tried beside it. Install the drop-in and start it.",
	"unit-trial-own":
		"The unit of {name} runs cagewright itself, which starts the cage: `cagewright trial {name}` without --unit tries that.",
	"unit-rejected":
		"systemd would not take the unit ({complaint}); nothing was written. Please report this with the output of `cagewright unit`.",
	"unit-reload-failed": "systemd did not read its units again ({problem}); what was written has been taken back.",
	"unit-sockets-refused":
		"{unit} gets the sockets {sockets} from systemd, and those cannot be handed over here; let it listen by its own options and give that command.",
	"unit-per-connection-own":
		"{name} is started for each connection, which only a socket unit can do. Use a drop-in for its service: `cagewright unit {name} --dropin {unit}`.",
	"unit-without-sockets":
		"{name} gets its sockets at its start, and no unit of this machine opens them. Start it by `cagewright run {name}`, or write a socket unit with its service and use `cagewright unit {name} --dropin UNIT`.",
	"unit-starts-nothing": "{unit} starts no command; name another unit (`cagewright apps`), or give a command.",
	"unit-unknown": "There is no systemd unit {name}, or it is masked; `cagewright apps` shows those that there are.",
	"session-unknown": "There is no session {name}; `cagewright sessions list` shows those that there are.",
	"session-ambiguous": "{name} is the name of several sessions; take one of these instead: {ids}.",
	"session-open": "The session {id} is open in process {pid}; go on there, or end that first.",
	"session-newer": "The session {id} was left by a newer cagewright and stays as it is; go on with that version, or remove it.",
	"session-damaged": "The session {id} cannot be read. It was set aside in {path}.",
	"session-not-kept": "The session could not be kept: {cause}",
	"session-removal-unconfirmed": "Removing the session {name} throws away what was answered and traced; confirm it with --yes.",
	"session-name-needed": "Name the session: its cage, or the id that `cagewright sessions list` shows.",
};
