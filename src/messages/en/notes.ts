/** What an administrator should know, English: notes of a plan, of a unit that was read, warnings of the work. */
export const notesEn = {
	rootless:
		"Without root: it runs as {user}, the one account inside; no port below {port}, no change of account, and only what {user} may read goes in.",
	"probe-guessed-port": "The probe is a guess: port {port} is usually for {protocol}. See that it asks for what matters.",
	"probe-guessed-http": "The probe is a guess: port {port} speaks HTTP. See that it asks for what matters.",
	"probe-guessed-banner": "The probe is a guess: port {port} greets with “{word}”. See that it asks for what matters.",
	"probe-guess-failed":
		"The probe that its port suggests does not pass on the running service, so none is proposed: {probe} {words}",
	"probe-went-back": "A deeper probe did not pass, so a simpler one is used. Deeper probe: {probe} {words}",
	"people-recipients":
		"The server accepts mail for accounts of this machine, so the cage has the names {names}, without passwords and shells. To leave one out: {option}",
	"people-logins":
		"The server lets people of this machine log in, so the cage has the names {names}, without passwords. To leave one out: {option}",
	"unproven-greeting":
		"Not proven: the application only greeted the probe, and nobody asked it for anything. Ask it for what matters: {exercise}",
	"unproven-page":
		"Not proven: other pages. Only one page was requested, and others may need more files or services. Request one that matters: {exercise}",
	"unproven-backend":
		"Not proven: requests that a server behind it answers. None could be reached in the sandbox. Request a page that matters: {exercise}",
	"unproven-forwarding":
		"Not proven: forwarding. Nothing that it forwards to could be reached in the sandbox. Try a real place: {exercise}",
	"unproven-names":
		"Not proven: the names that it answers for. Only a built-in question was asked. Ask for a name that matters: {exercise}",
	"unproven-query": "Not proven: login and queries. The server answered before a login. Run a query: {exercise}",
	"unproven-login":
		"Not proven: a login, with its passwords (PAM, /etc/shadow), accounts and home directories. No login was tried, because that needs a password. Log in: {exercise}",
	"unproven-mail":
		"Not proven: delivery. No message was seen in a mailbox, so recipients, mailboxes and programs that deliver may be missing. Send one: {exercise}",
	"unproven-message": "Not proven: messages. The server lets nobody in without a password. Send one: {exercise}",
	"unproven-script":
		"Not proven: scripts and plug-ins. The server was asked about itself, and none of them was run. Run one that matters: {exercise}",
	"unproven-entry":
		"Not proven: entries of the directory. The server answered a bind, and no entry was read. Read one: {exercise}",
	"unproven-file": "Not proven: files. The server answered, and no file was fetched. Fetch one: {exercise}",
	"unproven-time": "Not proven: the time. No time server could be reached in the sandbox. Wait for one: {exercise}",
	"unproven-exercise": "Not proven: an exercise that does not pass in the sandbox either: {exercise} {words}",
	"unproven-handed-sockets":
		"Not proven: what other programs of this machine send to {paths}. `cagewright run` opens it inside the cage, where they do not find it; they reach it where systemd starts the cage: cagewright unit NAME --dropin SERVICE --install",
	"unproven-sockets":
		"Not proven: what other programs of this machine send to {paths}. The application makes these sockets on the host, and a cage cannot: those programs do not reach it.",
	"unproven-logs":
		"Not proven: what other programs go on writing to {path}. The application reads it, and the cage has a copy in which nothing new appears. To show the host's: --bind {path}:ro",
	"unproven-programs":
		"Not proven: {count} {count|program|programs} that {place} names or holds and that no request started: {paths}. Make the application start what matters: --exercise 'COMMAND'",
	"unproven-left-out":
		"Not proven: this exercise passes in the sandbox and fails in the cage without what was left out: {exercise}. If that may go in: {options}",
	"unproven-in-cage": "Not proven: this exercise passes in the sandbox and fails in the cage: {exercise}",
	"template-not-unit": "{template} is taken as the template of that name; for the systemd unit write {unit}.",
	"writes-system-directory":
		"It wrote into {path}, a directory of the system; in the cage that stays read-only. Make a directory below it writable if it must.",
	"configuration-holds-passwords":
		"Its configuration holds passwords, and whoever breaks into the application can read them in the cage as on the host: {paths}.",
	"writes-beside-program":
		"It writes into {path}, where its own program, sources or configuration lie; in the cage all of that becomes state, and no program runs from there. Let it write into a directory of its own.",
	"template-untried":
		"The template {template} has other paths for {systems}, and nobody tried those yet: look twice at what goes in, and at what the trial says.",
	"exercise-timed-out": "An exercise did not end within {seconds} seconds: {command}. --timeout gives it longer.",
	"configuration-kept":
		"{path} was edited in the cage {name} and has changed on the host as well: the edited one goes on. The host's lies at its place; cagewright update {name} --configuration host takes it.",
	"configuration-replaced": "{path} of the cage {name} is the host's now; what was edited is kept: {kept}",
	"minimise-uncounted":
		"{command} fails in the cage as it is, so it says nothing of any file: not counted. What it needs and was never traced: cagewright trace {name} --add --exercise.",
	"minimise-keep-unmatched": "--keep {pattern} names nothing that is in {name}.",
	"rotation-removed":
		"The logrotate file of {name} was removed: this generation has no log directories. Put it back with cagewright unit {name} --logrotate --install.",
	"rotation-not-refreshed":
		"Somebody edited the logrotate file of {name}, so it was left alone. Compare it with cagewright unit {name} --logrotate: the application could redirect a rotation below a directory that it can write to.",
	"unit-not-refreshed": "The unit of {name} was not written anew ({problem}); see cagewright unit {name}.",
	"undone-silent": "{name} does not answer in the generation before either ({problem}): see its output.",
	"run-again": "{name} was updated and is started again in its new generation.",
	"run-waits": "{name} has not ended yet; it is killed in {seconds} s, or by a second TERM now.",
	"run-killed": "{name} still runs; it is killed now.",
	"talks-to-port":
		"It asks for connections to port {port} of this machine; in the cage that is the host's, for the two share the network.",
	"talks-to-port-in-vain": "It asks for connections to port {port} of this machine, which a cage without a network cannot reach.",
	"weaker-landlock":
		"Weaker here: this kernel has no Landlock, so writing is confined by mounts, modes and capabilities alone. To refuse it instead: --require full.",
	"weaker-pids":
		"Weaker here: systemd before 257 has no PrivatePIDs=, so processes of the host under the same account are within reach. To refuse it instead: --require full.",
	"run-already":
		"Something runs in the cage {name} already (pid {pid}), on the same data. `cagewright signal {name} TERM` ends it.",
	"unit-stop-untried":
		"{unit} did not end within {seconds} seconds of SIGTERM, so its restart and stop were not tried as a service. systemd kills it after TimeoutStopSec=, 90 seconds by default. If another signal ends it, set KillSignal= with systemctl edit {unit}.",
	"unit-trial-skipped":
		"Not tried as a service of systemd, because its data, which would be copied, are larger than {most} MiB. `cagewright trial {name} --unit` does it.",
	"unit-trial-impossible":
		"Could not be tried as a service of systemd ({problem}). `cagewright trial {name} --unit` tries again.",
	"unit-without-reload":
		"As a service, {unit} does not answer in its cage after its reload, so its unit there has none. Use `systemctl restart` instead.",
	"unit-trial-failed":
		"As a service, {unit} fails in its cage at `systemctl {step}` ({state}); `cagewright trial NAME --unit` tries it again. It says: {words}",
	"unit-trial-failed-silent":
		"As a service, {unit} fails in its cage at `systemctl {step}` ({state}) and says nothing; `cagewright trial NAME --unit` tries it again.",
	"socket-not-reached": "It asked for the service of this machine at {path} and is kept from it. To let it through: {option}",
	"socket-not-shared":
		"The socket {path} is allowed, but {directory} holds other things that no cage may see. Move the socket to a directory of its own.",
	"neighbour-reached": "It talks to a service of this machine at {path}; that is let through, and everything else starts again.",
	"shares-port":
		"The cage {name} listens at {port} as well, so the two cannot run at the same time: give one another port, or --network none.",
	"shares-account-cage":
		"The cage {name} runs as {account} as well; only PID namespaces keep the two apart. Give this one an account of its own: --dedicated-account.",
	"shares-account-process":
		"Process {pid} ({program}) of this machine runs as {account} as well ({count} in all). If it is not what the cage replaces, give the cage an account of its own: --dedicated-account.",
	"account-of-everybody": "{account} is an account that any package may use; give the cage one of its own: --dedicated-account.",
	"account-owns-elsewhere":
		"{account} also owns what is not this application's: {paths} ({count} in all). Give the cage an account of its own: --dedicated-account.",
	"shares-directory":
		"The cage {name} has {path} of the host as well, and one of the two may write there: bind it read-only, or keep it in one of them.",
	"separate-state": "The cage {name} writes {path} as well; each has a copy of its own, and neither sees what the other writes.",
	"start-account-made": "The account {account} is made on this machine for the cage {name}, and removed with it.",
	"dedicated-account-to-be-made":
		"The account {account} will be made on this machine, without a home, a shell and a password, and goes away again with the cage.",
	"dedicated-account-inside":
		"In the cage the name {account} stands for {dedicated} (uid {uid}); where its configuration names the account by number, change that to {uid}.",
	"export-left-out":
		"{count} {count|name|names} of the data cannot be imported elsewhere (special files, setuid files, links that leave their directory, very long paths), and {count|is|are} not in the archive: {path}{count|.|, …}",
	"findings-accepted": "{name} starts although the audit found, and it was accepted by name: {findings}.",
	"allowance-unused": "{option} {path} allows nothing: the plan has no such file there. Check the path.",
	"capabilities-refused":
		"It wants to keep the capabilities {names}, which it does without here and in the cage. To permit them: {option}.",
	"call-refused": "It calls {call}(), which neither the sandbox nor any cage allows ({error}). Check that it works without.",
	"kernel-setting-refused":
		"It writes {paths}. The sandbox and cages show kernel settings read-only: set what it needs on the host.",
	"clock-pretended":
		"It sets the clock ({call}). The sandbox only pretends. The cage refuses the call unless you pass {option}; even then, trials only pretend.",
	"clock-allowed": "It sets the machine's clock ({call}), as {option} allows. The sandbox and trials only pretend.",
	"program-without-setuid":
		"{path} is a setuid program. It starts as root, so its copy in the cage has no setuid bit. If it executes itself again after it gave up root, it stays without root: restart it instead of reloading it.",
	"chroots-itself": "It locks itself into {path} on its own; inside a cage that is not needed and may fail.",
	"abstract-sockets":
		"It uses abstract unix sockets ({names}); they belong to the network, not to the files, and a cage with a network of its own has others.",
	"gap-io-uring":
		"It uses io_uring, through which files are opened unseen: some may be missing here. Switch that off in the application if you can; the cage does not allow it.",
	"gap-file-handle":
		"It opens files by handle, without a name; the cage does not allow that, and some files may be missing here.",
	"gap-start-up":
		"It was watched only after it had started. What it read to start, and closed again, is found in the trial rounds alone.",
	"gap-line-dropped": "A line of the trace was too long to be read; a file may be missing here.",
	"attached-late":
		"It ran before: what it did to start is not in the trace. Its mapped libraries and open files are; the trial rounds find the rest. No sandbox holds a running process: it goes on as before, with every right that it has.",
	"attached-partly": "It starts processes too fast for all of them to be watched; give more time or exercises, and try again.",
	"attach-env-left-out":
		"Not taken over from its environment, because it may be secret: {names}. Give with --env what it needs to start.",
	"syslog-shared":
		"It writes to the host's syslog: the socket {socket} is mounted in the cage as /dev/log, and no other. The application may use unix sockets then. Refuse it with --exclude /dev/log.",
	"syslog-not-shared":
		"It writes to the host's syslog, whose socket {socket} lies in {directory}; that is shared with more than syslog, so the cage gets none of it and messages are lost. Let the syslog daemon listen in a directory of its own, and make /dev/log a link to that socket.",
	"own-chroot-empty":
		"{program} can also lock itself in: `{setting}` ({source}). It takes an empty directory of root; what it needs it has opened before.",
	"own-chroot-files":
		"{program} can also lock itself in: `{setting}` ({source}). It takes a directory with all that it opens afterwards, under the same paths.",
	"own-chroot-sessions":
		"{program} can also lock each session in: `{setting}` ({source}). It takes a directory of root for each; the server itself stays outside.",
	"found-elsewhere": "It runs in a container or a root of its own; the command is from there.",
	"found-program-missing": "{program} is not installed on this machine.",
	"found-title-rewritten": "The process has rewritten its command line; check the command.",
	"found-account-unknown": "It runs under uid {uid}, which has no account here.",
	"unit-without-command": "The unit starts no command.",
	"unit-oneshot": "The unit is a task that ends; a cage is for what keeps running.",
	"unit-dbus": "Others start it over D-Bus, which is not in the cage.",
	"unit-notify": "It reports to systemd that it is ready; in the cage it simply runs.",
	"unit-foreground": "Changed so that it stays in the foreground: {from} became {to}.",
	"unit-forking-unknown":
		"{program} goes into the background. The cage follows it there and ends it all the same; an option that keeps it in front is better, if it has one.",
	"unit-several-commands": "The first of {count} commands was taken.",
	"unit-start-pre":
		"Not run: {command} (ExecStartPre). If it makes something that is needed, run it on the host first; directories can be named with --directory.",
	"unit-start-pre-check": "Not run: {command} (ExecStartPre); it only checks the configuration.",
	"unit-start-pre-directories": "The cage has {directories}, which {command} (ExecStartPre) would make.",
	"unit-shell": "The command goes through {program}, so the shell would come into the cage.",
	"unit-shell-exec":
		"The unit goes through a shell line; taken was what it ends in: {command}. What it does before that is left out.",
	"unit-argument-zero": "The unit gives the program another name ({name}); the cage does not.",
	"unit-environment-file-missing": "The environment file {path} is not there.",
	"unit-variables-missing": "Nothing sets these variables of the command: {names}.",
	"unit-variables-passed": "systemd passes on {names} of its own environment; give them with --env if they matter.",
	"unit-dynamic-user":
		"systemd makes up the account {user} while the service runs. The cage gets an account of its own, which is made on this machine and removed with the cage; name another with --user.",
	"unit-ambient-capabilities": "The unit grants {capabilities}; the cage learns from the trace what is needed.",
	"unit-process-settings": "The unit sets {settings}; the cage does not.",
	"unit-link-broken": "The unit file {path} is a link that leads nowhere.",
	"unit-unreadable": "The unit file {path} cannot be read.",
	"unit-sockets-passed": "The sockets {sockets} are open before the application starts, as with systemd.",
	"unit-sockets-unsupported":
		"It gets the sockets {sockets} from systemd, and those cannot be handed over here; let it listen by its own options.",
	"unit-connections": "The application is started for each connection at {sockets}, as with systemd.",
	"unit-per-connection":
		"{socket} starts it for each connection and hands that over as a descriptor; a cage takes services that read it from their standard input (StandardInput=socket).",
	"unit-root-directory": "The unit already runs in {directory}.",
	"unit-credentials": "The unit passes the credentials {names}; the cage does not.",
	"unit-reload-signal": "Its configuration is read again on {signal}: cagewright signal NAME {signal}.",
	"unit-reload-command": "Its configuration is read again by: {command}.",
	"unit-privileged": "The unit starts the command with root's rights although it names an account.",
	"unit-home": "The working directory is a home that is not known.",
	"unit-template": "{name} needs an instance; write it behind the @.",
	"unit-lines-skipped": "{count} {count|line|lines} of the unit could not be read and {count|was|were} skipped.",
};

export type Notes = Readonly<Record<keyof typeof notesEn, string>>;
