/** Notes of plans and units, and warnings during the work. */
export const notesEn = {
	"adopt-outdated":
		"Cage {name} has earlier versions of these files, so {service} starts with them: {paths}. To use the present ones, run `cagewright update {name}` first.",
	"adopt-pid-file":
		"{path} will contain the process number inside the cage, so these programs cannot signal {service}: {tools}. Use `systemctl reload {service}`, or `cagewright signal {name} HUP`.",
	"client-not-back": "{client} has not connected to {offer} again yet. It can connect, and may do so with its next request.",
	"clients-partial": "Cagewright cannot see who is connected to unix sockets, because ss is missing or failed. Install iproute2.",
	"release-probe-fails": "A probe already fails in cage {name}, so {service} need not pass it on the host: {probe}",
	"socket-of-released":
		"{client} may still connect to {path}, but no cage limits {service} any more. Move {service} into its cage again, or release {client} too.",
	"release-undone-silent": "{service} runs in cage {name} again, but this probe fails there: {probe}",
	"not-taken-back": "{service} could not be moved back: {cause}",
	rootless:
		"Without root: the application runs as {user}, the only account in the cage. It cannot use ports below {port} or switch accounts, and the cage contains only files that {user} may read.",
	"probe-guessed-port":
		"The probe is a guess: port {port} usually belongs to {protocol}. Check that it requests something that matters.",
	"probe-guessed-http":
		"The probe is a guess: {port?port %}{socket?%} answers HTTP. Check that it requests something that matters.",
	"probe-guessed-banner":
		"The probe is a guess: {port?port %}{socket?%} greets with “{word}”. Check that it requests something that matters.",
	"probe-guess-failed":
		"Cagewright proposes no probe, because the one guessed from the port fails on the running service: {probe} {words}",
	"probe-refused":
		"Cagewright proposes no probe, because the running service answers none of those that are known: {probe} {words}",
	"second-start-unanswered":
		"The second start during the trace did not answer (status {status}), so the trace may miss what later starts need. {words}",
	"probe-went-back": "A deeper probe failed, so Cagewright uses a simpler one. Deeper probe: {probe} {words}",
	"probe-behind-host":
		"The running service answers a probe that the application in the sandbox fails, so the cage may miss something: {probe} {words} The cage was tested with: {used} Find out what is missing, for example a mounted directory or another service, and give the probe again (--probe).",
	"people-recipients":
		"The server accepts mail for accounts of this machine, so the cage knows the names {names}, without passwords and shells. To leave one out: {option}",
	"people-logins":
		"Users of this machine can log in to the server, so the cage knows the names {names}, without passwords. To leave one out: {option}",
	"opens-sessions":
		"The application opens sessions for accounts of this machine ({program}: {shows}). The cage contains no passwords, home directories and shells of theirs, so their logins, jobs or transfers would fail. `adopt` and `unit --install` therefore refuse it without {option}.",
	"unproven-greeting":
		"Not proven: real requests. The application only greeted the probe. Request something that matters: {exercise}",
	"unproven-page":
		"Not proven: other pages. The probe requested only one page, and others may need more files or services. Request one that matters: {exercise}",
	"unproven-backend":
		"Not proven: requests for a backend server. The sandbox could reach none. Request a page that matters: {exercise}",
	"unproven-forwarding": "Not proven: forwarding. The sandbox could reach no destination. Try a real one: {exercise}",
	"unproven-names":
		"Not proven: the names that the server answers for. The probe only asked a built-in question. Ask for a name that matters: {exercise}",
	"unproven-query": "Not proven: login and queries. The server answered before a login. Run a query: {exercise}",
	"unproven-login":
		"Not proven: logins with their passwords (PAM, /etc/shadow), accounts and home directories. No login was tried, because it needs a password. Log in: {exercise}",
	"unproven-mail":
		"Not proven: delivery. No message arrived in a mailbox, so recipients, mailboxes and delivery programs may be missing. Send one: {exercise}",
	"unproven-message": "Not proven: messages. The server requires a password. Send a message: {exercise}",
	"unproven-script":
		"Not proven: scripts and plug-ins. The probe only asked for the server's status and ran none of them. Run one that matters: {exercise}",
	"unproven-entry": "Not proven: directory entries. The server answered a bind, but no entry was read. Read one: {exercise}",
	"unproven-file": "Not proven: files. The server answered, but no file was fetched. Fetch one: {exercise}",
	"unproven-time": "Not proven: time synchronisation. The sandbox reaches no time server. To wait for a real one: {exercise}",
	"unproven-exercise": "Not proven: an exercise that fails in the sandbox too. Check it: {exercise} {words}",
	"unproven-handed-sockets":
		"Not proven: messages from other programs of this machine to {paths}. `cagewright run` opens these sockets inside the cage, where those programs cannot reach them. With a drop-in they can: cagewright unit NAME --dropin SERVICE --install",
	"unproven-sockets":
		"Not proven: messages from other programs of this machine to {paths}. A caged application creates these sockets inside its cage, where those programs cannot reach them.",
	"unproven-logs":
		"Not proven: new lines that other programs write to {path}. The application reads that file, and the cage's copy never changes. To show the host's file: --bind {path}:ro",
	"unproven-programs":
		"Not proven: {count} {count|program|programs} in {place} that no request started: {paths}. Make the application start those that matter: --exercise 'COMMAND'",
	"unproven-firewall":
		"Not proven: changes of the packet filter. {place} names {paths}, and no cage may change the packet filter. Whatever it blocks or opens with that stays as it is.",
	"unproven-processes":
		"Not proven: what {program} tells about other processes. It lists processes, and in its cage it sees only its own.",
	"unproven-network":
		"Not proven: what depends on {paths}. The application read that, and the cage has no /proc/net. A program that finds no IPv6 there listens on IPv4 alone. To show these files: --allow kernel-proc",
	"unproven-accounts":
		"Not proven: look-ups of accounts at {socket}. The cage knows only the accounts that the application uses. To let it find more: --account NAME",
	"unproven-passwords":
		"Not proven: passwords of this machine's accounts. {program} checks them ({shows}), and the cage contains none, so each check would fail there. To let it check those of an account: {options}",
	"unproven-absent":
		"Not proven: whatever needs {paths}. {place} names it, and the cage does not contain it. If the application needs it, add {options}",
	"unproven-state":
		"Not proven: requests for {count} {count|file|files} in {path} that no run read. The cage starts without {count|it|them}. To copy the directory: --seed {path}",
	"unproven-left-out":
		"Not proven: an exercise that succeeds in the sandbox but fails in the cage, because files were left out: {exercise}. To allow them: {options}",
	"unproven-in-cage":
		"Not proven: an exercise that succeeds in the sandbox but fails in the cage: {exercise}. `cagewright explain NAME` shows what the cage refuses.",
	"template-not-unit": "'{template}' selects the template of that name. To select the systemd unit, write {unit}.",
	"writes-system-directory":
		"The application wrote to {path}, a system directory that is read-only in the cage. If it must write there, make a directory below it writable.",
	"configuration-holds-passwords":
		"The application's configuration contains passwords, which an attacker can read in the cage as on the host: {paths}.",
	"decoy-left-out":
		"No decoy at {path}: the application uses this place, the cage already has something there, or its account may not enter a directory above it. Choose another path.",
	"decoys-none": "No place for a decoy was found. Name one with --decoy PATH.",
	"writes-beside-program":
		"The application writes to {path}, which also contains its program, sources or configuration. In the cage, all of that becomes writable data, and no program in it can run. Configure a separate directory for the application's data.",
	"template-untried":
		"Template {template} has untested paths for {systems}. Check the files in the plan and the result of the trial.",
	"exercise-timed-out": "An exercise did not finish within {seconds} seconds: {command}. Increase the limit with --timeout.",
	"configuration-kept":
		"{path} was edited in cage {name} and has also changed on the host. The update keeps the edited file. To use the host's: cagewright update {name} --configuration host",
	"configuration-replaced": "Cage {name} now uses the host's {path}. The edited file is saved as {kept}.",
	"minimise-uncounted":
		"{command} fails even in the complete cage, so minimising ignores it. To trace what it needs: cagewright trace {name} --add --exercise COMMAND",
	"minimise-keep-unmatched": "--keep '{pattern}' matches no file in cage {name}. Check the pattern.",
	"rotation-removed":
		"The logrotate file of {name} was removed, because this generation has no log directories. To restore it: cagewright unit {name} --logrotate --install",
	"rotation-not-refreshed":
		"The logrotate file of {name} was edited, so Cagewright did not update it. If it rotates logs below a directory that the application can write to, the application can redirect the rotation. Compare the file with the output of: cagewright unit {name} --logrotate",
	"unit-not-refreshed":
		"The unit of {name} was not updated. To write it: cagewright unit {name}{service? --dropin %} --install. Reason: {cause}",
	"undone-silent":
		"{name} does not answer in the previous generation either. To test it: cagewright trial {name}. Reason: {cause}",
	"undone-unanswered": "{service} runs on the host as before, but it does not answer. Reason: {cause}",
	"companions-down":
		"{service} runs again, but units that stopped with it do not: {units}. `systemctl status` shows why. Start them when that is solved.",
	"run-again": "Cage {name} switched to another generation. Starting the application again there.",
	"run-waits": "{name} has not exited yet. It is killed in {seconds} s, or at once by a second TERM.",
	"run-output-lost":
		"Output of {name} cannot be written to {output} ({error}) and is lost; the application continues. Check the disk or the device behind {output}.",
	"run-killed": "{name} is still running. Killing it.",
	"talks-to-port":
		"The application connects to port {port} of this machine. In the cage it reaches the host's port, because both share the network.",
	"talks-to-port-in-vain":
		"The application connects to port {port} of this machine, which a cage without a network cannot reach.",
	"weaker-landlock":
		"Weaker protection: this kernel has no Landlock, so only mounts, modes and capabilities limit writing. To refuse this: --require full",
	"run-already": "Process {pid} already runs in cage {name} and uses the same data. To stop it: cagewright signal {name} TERM",
	"ports-occupied":
		"{name} may fail to start, because another process of this machine listens on {count|port|ports} {ports}. `ss -ltnp` shows which.",
	"unit-stop-untried":
		"{unit} did not exit within {seconds} seconds of SIGTERM, so its restart and stop were not tried as a service. systemd kills it after TimeoutStopSec=, 90 seconds by default. If another signal stops it, set KillSignal= with systemctl edit {unit}.",
	"unit-trial-skipped":
		"The systemd unit was not tried, because the trial would copy more than {most} MiB of data. To try it: cagewright trial {name} --unit",
	"unit-trial-impossible": "The systemd unit could not be tried. To try again: cagewright trial {name} --unit. Reason: {cause}",
	"unit-without-reload":
		"{unit} does not answer in its cage after a reload, so its unit does not offer one. Use `systemctl restart` instead.",
	"unit-killed-for":
		"The system call filter killed a process of {unit} for the call {call}. To permit it: cagewright build {name} --allow call:{call}",
	"unit-killed":
		"The system call filter killed {unit} (SIGSYS), but this machine does not show for which call. The host's kernel log has its number (syscall=): journalctl -k --grep=type=1326, or with auditd: ausearch -m SECCOMP -i",
	"unit-trial-failed":
		"The service {unit} fails in its cage at `systemctl {step}` ({state}). Its output: {words} To try again: cagewright trial {name} --unit",
	"unit-trial-failed-silent":
		"The service {unit} fails in its cage at `systemctl {step}` ({state}) and prints nothing. To try again: cagewright trial {name} --unit",
	"socket-not-reached": "The cage refuses access to the service of this machine at {path}. To permit it: {option}",
	"socket-controls-machine":
		"The cage refuses {path}, because with it the application could control this machine and leave its cage. Leave it refused if the application works. To permit it nevertheless: {option}",
	"socket-not-shared":
		"Socket {path} is permitted, but the cage cannot mount it: another account may write in {directory}, or that directory is left out or the cage's own. Move the socket to a directory that only root can change.",
	"socket-alone":
		"The cage gets the socket {path} without its directory, which holds more than the application may see. Start the cage after the socket's service, and restart it whenever that service was restarted, because it creates a new socket. Neither is necessary if systemd holds the socket (`systemctl list-sockets`).",
	"offered-socket-refused":
		"Clients of this machine will not find the application's socket {path}, because {directory} controls this machine. Configure a socket in a directory of the application's own.",
	"offered-socket-asks":
		"Clients of this machine will not find the application's socket {path}, because others use {directory} too. To share that directory nevertheless: {option}",
	"offered-beside":
		"The application will also see the sockets of others in {directory}: {paths}. To hide them, configure a separate directory.",
	"offered-pid-file":
		"{path} will contain the process number inside the cage. Tools of this machine must not signal it; use `systemctl reload`, `systemctl kill` or `cagewright signal`.",
	"neighbour-undecided": "The application does not reach {service} at {path}, which {by} names. To permit it: --allow {word}",
	"neighbour-named":
		"The application may connect to {service} at {path}, because {by} names it, although the trace did not. To refuse it: {option}",
	"site-left-out":
		"The cage does not contain {path}, which {by} names, because of {problem}: a secret, a file that the application may not read, more than a cage may share, or a directory that others can replace. To mount it nevertheless: --bind {path}",
	"site-read-only":
		"The application cannot write to {path}, although it may on the host: the directory belongs to another account, or another account can replace it. To permit it nevertheless: --bind {path}:rw --allow-write {path}",
	"site-link":
		"The cage has a copy of the link {link}, which leads to {path}. After the link is replaced, run `cagewright update`. If the link is in a directory with all that it may lead to, the cage sees a new one at once.",
	"neighbour-reached":
		"The application connects to a service of this machine at {path}. Cagewright permits that and traces again from the start.",
	"shares-port":
		"{port} is also the port of {name}. Only one of these cages can run at a time. Change the port, or use --network none.",
	"shares-account-cage":
		"{account} is also the account of {name}, so that only PID namespaces separate these cages. To separate the accounts: --dedicated-account",
	"shares-account-process":
		"Process {pid} ({program}) of this machine also runs as {account} ({count} in all). If the cage does not replace it, separate the accounts: --dedicated-account",
	"account-of-everybody": "Any package may use account {account}. To give the cage its own account: --dedicated-account",
	"account-owns-elsewhere":
		"Account {account} also owns files of other applications: {paths} ({count} in all). To give the cage its own account: --dedicated-account",
	"shares-directory":
		"The host's {path} is also in {name}, and one of these cages may write there. Bind it read-only, or leave it out.",
	"separate-state":
		"{path} is also state of {name}. Each of these cages has its own copy and does not see the changes of others.",
	"start-account-made": "Account {account} was created on this machine for cage {name}. Removing the cage removes it too.",
	"dedicated-account-to-be-made":
		"Account {account} will be created on this machine, without home, shell and password. Removing the cage removes it too.",
	"dedicated-account-inside":
		"In the cage, the name {account} means {dedicated} (uid {uid}). If the configuration names the account by number, change the number to {uid}.",
	"export-left-out":
		"The archive omits {count} {count|file|files} of the data that other machines cannot import (special files, setuid files, links out of their directory, very long paths): {path}{count|.|, …}",
	"export-variables":
		"The image does not contain the {count|variable|variables} {names}, which may be secret. Set {count|it|them} at the start.",
	"export-credentials":
		"The image does not contain the text of the {count|credential|credentials} {names}. Create {count|a file with its name|files with their names} in /etc/credstore.",
	"export-renamed": "Image names do not allow the name {name}, so the image is called {as}.",
	"kubernetes-root":
		"Pod Security 'restricted' refuses {name}, because it starts as root. To start it as an account: make the cage again with --user.",
	"kubernetes-capabilities":
		"Pod Security 'restricted' refuses {name}, because it needs capabilities. `cagewright show {name}` lists them.",
	"kubernetes-sockets":
		"Pod Security 'restricted' refuses {name}, because it gets sockets from its node. `cagewright show {name}` lists them.",
	"kubernetes-left-out": "Not exported, because a cluster has no such files: {paths}. The application may miss them.",
	"kubernetes-renamed": "Kubernetes does not allow the name {name}, so its objects are called {as}.",
	"export-syslog": "The application writes to syslog, which containers do not have. Its messages are lost there.",
	"findings-accepted": "Starting {name} despite accepted findings: {findings}.",
	"documented-not-stored":
		"The plan shows what the documentation names, but stores nothing of it. To take it, pass these options to `build`: {options}",
	"starts-with-finding":
		"{name} starts, but {place} {what}. {fix}. Until then, this message appears at each start. To accept it: --accept-finding {finding}:{place}",
	"left-out-programs": "{name} answers, but it could not start what was left out: {paths}. If it needs that, add {options}",
	"allowance-unneeded": "--allow-write {path} has no effect, because no --bind {path}:rw needs it. Check the path.",
	"allowance-unused": "{option} {path} has no effect: the plan contains no such file. Check the path.",
	"capabilities-refused":
		"The application asks for the capabilities {names}, and works without them in the sandbox and in the cage. To permit them: {option}",
	"capabilities-of-machine":
		"The application asks for the capabilities {names}, and works without them. They change the machine itself, so no cage keeps them.",
	"call-refused":
		"The application calls {call}(), which neither the sandbox nor any cage permits ({error}). Check that it works without this call.",
	"kernel-setting-refused":
		"The application writes {paths}, but kernel settings are read-only in the sandbox and in cages. Set the values on the host.",
	"clock-pretended":
		"The application sets the clock ({call}). The sandbox only simulates this, and the cage refuses it unless you pass {option}. Trials always simulate it.",
	"clock-allowed":
		"The application sets the machine's clock ({call}), as {option} permits. The sandbox and trials only simulate this.",
	"program-without-setuid":
		"{path} is a setuid program. Because it starts as root, its copy in the cage has no setuid bit. If it drops root and then executes itself, it cannot regain root. Restart it instead of reloading it.",
	"chroots-itself": "The application changes its root to {path} itself. This is unnecessary in a cage and may fail.",
	"abstract-sockets":
		"The application uses abstract unix sockets ({names}). They belong to the network namespace, so a cage with its own network does not share them with the host.",
	"gap-io-uring":
		"The application uses io_uring, which hides opened files from the trace, so files may be missing. Disable it in the application if possible. The cage refuses it.",
	"gap-file-handle": "The application opens files by handle, without a name, so files may be missing. The cage refuses this.",
	"gap-start-up":
		"The trace began after the application had started. The trial rounds find what it read at start and closed again.",
	"gap-line-dropped":
		"A line of the trace was too long to read, so a file may be missing. If the trial misses one, add it with --include.",
	"attached-late":
		"The application was already running, so the trace does not show its start. It includes mapped libraries and open files; the trial rounds find the rest. No sandbox contains a running process: it continues with all its rights.",
	"attached-partly":
		"The application starts processes faster than Cagewright can attach to them, so the trace is incomplete. Trace again for longer, or with more exercises.",
	"attach-env-left-out":
		"These environment variables were not copied, because they may be secret: {names}. Set the ones that the application needs with --env.",
	"syslog-shared":
		"The application writes to the host's syslog, so the cage mounts the socket {socket} as /dev/log. This also permits unix sockets. To refuse it: --exclude /dev/log",
	"syslog-not-shared":
		"The application writes to the host's syslog, but its messages are lost in the cage: {directory} contains more than the socket {socket}, so it is not mounted. Configure a separate directory for the syslog socket, and make /dev/log a link to it.",
	"own-chroot-empty":
		"{program} can also confine itself: `{setting}` ({source}). This requires an empty directory owned by root. {program} opens its files before it changes its root.",
	"own-chroot-files":
		"{program} can also confine itself: `{setting}` ({source}). This requires a directory with all files that {program} opens after it changes its root, under the same paths.",
	"own-chroot-sessions":
		"{program} can also confine each session: `{setting}` ({source}). Each session requires a directory owned by root, and the server itself stays outside.",
	"found-elsewhere": "The application runs in a container or under another root, so its command may not work on this machine.",
	"found-program-missing": "{program} is not installed on this machine. Install it first.",
	"found-title-rewritten": "The process has overwritten its command line. Check the command.",
	"found-account-unknown": "The application runs as uid {uid}, which has no account on this machine. Choose one with --user.",
	"unit-without-command": "The unit starts no command.",
	"unit-member": "{unit} has no program of its own. Cagewright uses {member}, the only service that it starts.",
	"unit-oneshot": "The unit is a task that ends, but a cage is for an application that keeps running.",
	"unit-dbus": "Other programs start the application via D-Bus, which is not available in the cage.",
	"unit-foreground": "Cagewright keeps the application in the foreground: it replaced {from} with {to}.",
	"unit-forking-unknown":
		"{program} moves to the background. The cage follows it there and can stop it, but a foreground option is better if {program} has one.",
	"unit-several-commands": "The unit has {count} commands. Cagewright uses the first one.",
	"unit-start-pre":
		"Not run: {command} (ExecStartPre). If the application needs its result, run it on the host first. For directories, use --directory.",
	"unit-start-pre-inside": "Before each start, the cage runs {command} (ExecStartPre).",
	"unit-start-pre-check": "Not run: {command} (ExecStartPre). It only checks the configuration.",
	"unit-start-pre-directories": "The cage creates {directories} in place of {command} (ExecStartPre).",
	"unit-start-post": "After each start, the cage runs {command} (ExecStartPost).",
	"unit-start-post-omitted":
		"Not run: {command} (ExecStartPost). If the application needs its result, run it after the application has started.",
	"unit-stop-inside": "Before each stop, the cage runs {command} (ExecStop).",
	"unit-stop-omitted": "Not run: {command} (ExecStop). The application gets its signal at once.",
	"unit-shell": "The command is a shell line or script, so the cage would contain the shell {program}.",
	"unit-shell-exec":
		"The unit runs a shell line. Cagewright uses only its last command, {command}. The steps before it only check something or create directories, which the cage has.",
	"unit-argument-zero": "The unit runs the program under another name ({name}). The cage does not.",
	"unit-environment-file-missing":
		"The environment file {path} does not exist. If the application needs its variables, set them with --env.",
	"unit-variables-missing": "The command uses variables that are not set: {names}. To set them: --env",
	"unit-variables-passed":
		"systemd passes {names} from its own environment to the service; Cagewright does not. If the application needs them, set them with --env.",
	"unit-dynamic-user":
		"systemd creates the account {user} only while the service runs. Cagewright creates a permanent account for the cage and removes it with the cage. To use another account: --user",
	"unit-ambient-capabilities": "The unit grants {capabilities}. The cage grants only what the trace shows as needed.",
	"unit-capabilities-withheld": "The unit also grants {names}, which the cage has only if you permit them: {option}",
	"unit-capabilities-of-machine": "The unit also grants {names}. They change the machine itself, so no cage has them.",
	"unit-process-settings": "The unit sets {settings}. The cage does not.",
	"unit-link-broken": "The unit file {path} is a broken link. Repair or remove it.",
	"unit-unreadable": "Cannot read the unit file {path}. Check its mode.",
	"unit-sockets-passed": "The sockets {sockets} are open before the application starts, as with systemd.",
	"unit-sockets-unsupported":
		"The application gets the sockets {sockets} from systemd, and Cagewright cannot pass them on. Let the application listen itself.",
	"unit-connections": "The application starts once for each connection that {sockets} accepts, as with systemd.",
	"unit-per-connection":
		"{socket} starts the application once for each connection and passes the connection as a file descriptor. Cages support this only with StandardInput=socket.",
	"unit-root-directory": "The unit already changes its root to {directory}.",
	"unit-credentials": "systemd passes the credentials {names}. The cage does not.",
	"unit-credentials-passed":
		"Each start passes the unit's credentials {names}. Those from files of the host are in no generation and no export.",
	"unit-reload-signal": "To reload the configuration: cagewright signal NAME {signal}",
	"unit-reload-inside": "To reload the configuration, the cage's service runs {command} in the cage.",
	"unit-reload-command": "The unit reloads the configuration with {command}, which cannot run in the cage.",
	"unit-privileged": "The unit starts the command as root, although it names an account.",
	"unit-home": "The working directory is an unknown home directory. Set it with --cwd.",
	"unit-template": "{name} requires an instance. Write it after the '@'.",
	"unit-lines-skipped": "Cagewright skipped {count} unreadable {count|line|lines} of the unit.",
};

export type Notes = Readonly<Record<keyof typeof notesEn, string>>;
