# fish completion for cagewright. `npm run reference` generates this file.

# Prints the verb (or --), the number of arguments after it, and the state folder, a line each.
function __cagewright_parse
    set -l verb ''
    set -l position 0
    set -l option ''
    set -l state $CAGEWRIGHT_STATE
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if test -n "$option"
            test $option = --state; and set state $word
            set option ''
            continue
        end
        switch $word
            case --
                set verb --
                break
            case '--state=*'
                set state (string replace -- --state= '' $word)
            case --state --lang --require --resume --name --user --env --probe --exercise --include --exclude --writable --bind --network --calls --allow --cwd --set --timeout --directory --socket --limit-memory --limit-processes --limit-files --seed --device --allow-secret --allow-setuid --allow-write --decoy --refuse --accept-finding --account --without-account --dedicated-account --attach --for --rounds --keep --keep-kind --give-up --jobs --dropin --client-probe --format -o --output --stop-timeout --root --container --pid --program --on-alarm --check-every --accept --until --revoke --configuration --keep-generations --keep-days --to --verify --purpose --initiated-by --implemented-by --approved-by --as --timer
                set option $word
            case '-*'
            case '*'
                if test -z "$verb"
                    set verb $word
                else
                    set position (math $position + 1)
                end
        end
    end
    if test -z "$state"
        if test (id -u) = 0
            set state /var/lib/cagewright
        else if test -n "$XDG_STATE_HOME"
            set state $XDG_STATE_HOME/cagewright
        else
            set state $HOME/.local/state/cagewright
        end
    end
    printf '%s\n' "$verb" $position $state
end

# Succeeds if the verb is one of the arguments.
function __cagewright_verb
    contains -- (__cagewright_parse)[1] $argv
end

# Succeeds at an argument of a verb: VERB POSITION; without POSITION at each.
function __cagewright_argument
    set -l parsed (__cagewright_parse)
    test "$parsed[1]" = $argv[1]; and test (count $argv) = 1 -o "$parsed[2]" = "$argv[2]"
end

function __cagewright_names
    set -l state (__cagewright_parse)[3]
    for path in $state/$argv[1]/*$argv[2]
        set -l name (string replace -r '(/|\.json)$' '' $path | string replace -r '.*/' '')
        string match -rq '^[A-Za-z0-9][A-Za-z0-9._-]*$' -- $name; and echo $name
    end
end

function __cagewright_cages
    __cagewright_names cages /
end

function __cagewright_sessions
    __cagewright_names sessions /
end

function __cagewright_templates
    printf '%s\n' apache2 bind9 demo dnsmasq haproxy mariadb network-daemon nginx nginx-account node-service php-fpm python-service redis sftp web-folder
    __cagewright_names templates .json
end

function __cagewright_services
    for path in /{etc,run,usr/local/lib,usr/lib}/systemd/system/*.service
        string match -q '*@.service' -- $path; or string replace -r '.*/' '' $path
    end
end

complete -c cagewright -f
complete -c cagewright -n '__cagewright_verb --' -F -a '(__fish_complete_command)'
complete -c cagewright -l state -r -F -d 'Folder of cages, templates and sessions'
complete -c cagewright -l lang -x -a 'en de' -d 'Language of the output'
complete -c cagewright -l no-color -d 'Print without colour'
complete -c cagewright -l quiet -d 'Print no progress'
complete -c cagewright -l json -d 'Print one JSON document on stdout'
complete -c cagewright -l events -d 'Print one JSON object per line on stderr during the work'
complete -c cagewright -l require -x -a 'full' -d 'Refuse to start a cage if a protection layer is missing'
complete -c cagewright -l version -s V -d 'Print the version'
complete -c cagewright -l help -s h -d 'Show this help'
complete -c cagewright -n '__cagewright_verb ""' -l resume -a '(__cagewright_sessions)' -d 'Resume a saved session'
complete -c cagewright -n '__cagewright_verb ""' -l linear -d 'Ask line by line, for screen readers and simple terminals'
complete -c cagewright -n '__cagewright_verb ""' -l inline -d 'Draw below the present terminal content, not on a separate screen'
complete -c cagewright -n '__cagewright_verb ""' -l ascii -d 'Draw with ASCII characters only'
complete -c cagewright -n '__cagewright_verb "" help' -a make -d 'Trace, plan, build and test a cage'
complete -c cagewright -n '__cagewright_verb "" help' -a trace -d 'Trace an application in a sandbox and store what it uses'
complete -c cagewright -n '__cagewright_verb "" help' -a plan -d 'Show what would go into a traced cage, and why'
complete -c cagewright -n '__cagewright_verb "" help' -a build -d 'Build a generation of a traced cage'
complete -c cagewright -n '__cagewright_verb "" help' -a trial -d 'Test the application inside the cage and list what is missing'
complete -c cagewright -n '__cagewright_verb "" help' -a adopt -d 'Move a running systemd service into a cage'
complete -c cagewright -n '__cagewright_verb "" help' -a release -d 'Move an adopted service back to the host'
complete -c cagewright -n '__cagewright_verb "" help' -a export -d 'Write a cage to an archive, or for another engine'
complete -c cagewright -n '__cagewright_verb "" help' -a import -d 'Verify, show and test an exported cage'
complete -c cagewright -n '__cagewright_verb "" help' -a run -d 'Run the application in its cage, in the foreground'
complete -c cagewright -n '__cagewright_verb "" help' -a shell -d 'Open a confined shell in a cage'
complete -c cagewright -n '__cagewright_verb "" help' -a signal -d 'Send a signal to the application in a running cage'
complete -c cagewright -n '__cagewright_verb "" help' -a unit -d 'Print or install a hardened systemd unit for a cage'
complete -c cagewright -n '__cagewright_verb "" help' -a list -d 'List the cages on this machine'
complete -c cagewright -n '__cagewright_verb "" help' -a show -d 'Show the files of a cage, and why they are in it'
complete -c cagewright -n '__cagewright_verb "" help' -a explain -d 'Explain why something is in the cage, or what refuses it'
complete -c cagewright -n '__cagewright_verb "" help' -a selftest -d 'Try to escape from a cage or another sandbox, and audit it'
complete -c cagewright -n '__cagewright_verb "" help' -a watch -d 'Report attacks on running cages'
complete -c cagewright -n '__cagewright_verb "" help' -a check -d 'Audit cages and compare them with the host'
complete -c cagewright -n '__cagewright_verb "" help' -a stale -d 'List the cages with files older than the host\'s'
complete -c cagewright -n '__cagewright_verb "" help' -a metrics -d 'Check all cages and print metrics for Prometheus'
complete -c cagewright -n '__cagewright_verb "" help' -a update -d 'Rebuild from the host\'s current files'
complete -c cagewright -n '__cagewright_verb "" help' -a rollback -d 'Go back to the previous generation'
complete -c cagewright -n '__cagewright_verb "" help' -a diff -d 'Compare two generations'
complete -c cagewright -n '__cagewright_verb "" help' -a minimise -d 'Remove files that trials prove unnecessary'
complete -c cagewright -n '__cagewright_verb "" help' -a remove -d 'Remove a cage and everything that was created for it'
complete -c cagewright -n '__cagewright_verb "" help' -a record -d 'Write the documentation of a cage, for approval and audit'
complete -c cagewright -n '__cagewright_verb "" help' -a template -d 'List, write, check and share templates'
complete -c cagewright -n '__cagewright_verb "" help' -a sessions -d 'List, show and remove saved sessions of the wizard'
complete -c cagewright -n '__cagewright_verb "" help' -a apps -d 'List the applications on this machine'
complete -c cagewright -n '__cagewright_verb "" help' -a doctor -d 'Check the system requirements and explain how to fix each problem'
complete -c cagewright -n '__cagewright_verb "" help' -a install -d 'Install the program, man pages, completions, hooks and a timer'
complete -c cagewright -n '__cagewright_verb "" help' -a uninstall -d 'Remove what `install` wrote, never a cage'
complete -c cagewright -n '__cagewright_verb ""' -a help -d 'Show the help of a verb'
complete -c cagewright -n '__cagewright_argument make 0' -a '(__cagewright_templates)'
complete -c cagewright -n '__cagewright_argument make 0' -a '(__cagewright_services)'
complete -c cagewright -n '__cagewright_argument trace 0' -a '(__cagewright_templates)'
complete -c cagewright -n '__cagewright_argument trace 0' -a '(__cagewright_services)'
complete -c cagewright -n '__cagewright_argument trace 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument plan 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument build 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument trial 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument adopt' -a '(__cagewright_services)'
complete -c cagewright -n '__cagewright_argument release' -a '(__cagewright_services)'
complete -c cagewright -n '__cagewright_argument export 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument import 0' -F
complete -c cagewright -n '__cagewright_argument run 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument shell 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument signal 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument signal 1' -a 'HUP INT TERM QUIT USR1 USR2 WINCH CONT STOP KILL'
complete -c cagewright -n '__cagewright_argument unit 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument show 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument explain 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument explain 1' -F
complete -c cagewright -n '__cagewright_argument selftest' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument watch' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument check' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument update' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument rollback 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument diff 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument minimise 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument remove 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument record 0' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument template 0' -a 'list new show save check diff import accept export remove'
complete -c cagewright -n '__cagewright_argument template 1' -a '(__cagewright_templates)'
complete -c cagewright -n '__cagewright_argument template 1' -a '(__cagewright_cages)'
complete -c cagewright -n '__cagewright_argument template 1' -F
complete -c cagewright -n '__cagewright_argument sessions 0' -a 'list show remove'
complete -c cagewright -n '__cagewright_argument sessions 1' -a '(__cagewright_sessions)'
complete -c cagewright -n '__cagewright_argument apps 0' -a '(__cagewright_services)'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l name -x -d 'Name of the cage'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l user -x -a '(__fish_complete_users)' -d 'Account that the application starts as'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l env -x -d 'Set an environment variable'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l probe -x -d 'Shell line that exits 0 if the application answered a real request'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l exercise -x -d 'Shell line that makes the application use more of its code during the trace'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l include -r -F -d 'Put a file or a directory with its contents into the cage'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l exclude -r -F -d 'Leave matching files out'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l writable -r -F -d 'Directory that the application may write to'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l bind -r -F -d 'Mount a host directory instead of copying it'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l network -x -a 'host none' -d 'Network of the running cage'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l calls -x -a 'general observed' -d 'System call filter: the general one, or one made from the application\'s observed calls'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l allow -x -a 'proc own-process kernel-proc sys unix-sockets netlink uevents packet-sockets multicast syslog memfd writable-code ports abstract-sockets' -d 'Grant a permission that the trace did not prove necessary'
complete -c cagewright -n '__cagewright_verb make trace trial adopt' -l yes -d 'Accept all proposals'
complete -c cagewright -n '__cagewright_verb make trace build trial adopt release update rollback remove install uninstall' -l dry-run -d 'Show what would be done and change nothing'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l cwd -r -F -d 'Working directory'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l set -x -d 'Set a parameter of the template'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l timeout -x -d 'Seconds to wait for the first answer'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l directory -r -F -d 'Directory to create before the application starts, as RuntimeDirectory= in a unit does'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l socket -x -d 'Socket to open before the application starts, as systemd does: KIND ADDRESS [name=NAME] [m'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l limit-memory -x -d 'Maximum memory of the application, such as 512M'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l limit-processes -x -d 'Maximum number of its processes and threads'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l limit-files -x -d 'Maximum number of open files of each process'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l seed -r -F -d 'Copy this file or directory of the host once, as the first content of the cage\'s data'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l device -r -F -d 'Device node that the cage gets'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l allow-secret -r -F -d 'Private key, shadow file or token that may go into the cage'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l allow-setuid -r -F -d 'Setuid file that may go into the cage'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l allow-write -r -F -d 'Directory of persons or other services that --bind PATH:rw may mount read-write'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l decoy -d 'Place decoys: worthless files that the application never opens'
complete -c cagewright -n '__cagewright_verb make plan' -l take-documented -d 'Add files that the application\'s documentation names, although the trace did not use them'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l refuse -x -a 'proc own-process kernel-proc sys unix-sockets netlink uevents packet-sockets multicast syslog memfd writable-code ports abstract-sockets' -d 'Refuse a permission although the trace used it'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt run unit' -l accept-finding -x -d 'Start the cage despite this finding of `check`'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l account -x -a '(__fish_complete_users; __fish_complete_groups)' -d 'Add this user or group of the host to the cage, without password and shell: NAME, user:NAM'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt' -l without-account -x -a '(__fish_complete_users; __fish_complete_groups)' -d 'Leave out a user or group although the trace used it'
complete -c cagewright -n '__cagewright_verb make trace plan build trial adopt import' -l dedicated-account -d 'Run as an account that no other service uses'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l on-host -d 'Trace without the sandbox: everything that the application writes and sends is real'
complete -c cagewright -n '__cagewright_verb make trace' -l attach -x -a '(__fish_complete_pids)' -d 'Trace a running process and its children'
complete -c cagewright -n '__cagewright_verb make' -l for -x -d 'Trace at least this long'
complete -c cagewright -n '__cagewright_verb make trial adopt' -l rounds -x -d 'Maximum number of trial rounds'
complete -c cagewright -n '__cagewright_verb make trial adopt update minimise' -l no-selftest -d 'Skip the escape techniques'
complete -c cagewright -n '__cagewright_verb make trace adopt' -l replace -d 'Replace a cage of this name that is damaged or belongs to another application'
complete -c cagewright -n '__cagewright_verb make' -l minimise -d 'At the end, remove files that trials prove unnecessary'
complete -c cagewright -n '__cagewright_verb make minimise' -l keep -r -F -d 'Never remove matching files'
complete -c cagewright -n '__cagewright_verb make minimise' -l keep-kind -x -a 'libraries interpreter configuration data certificates time-zones locale resources' -d 'Never remove files of this kind'
complete -c cagewright -n '__cagewright_verb make minimise' -l give-up -x -a 'interpreter time-zone locale name-service tls configuration' -d 'Also remove unnecessary files of this kind, which are kept by default because probes rarel'
complete -c cagewright -n '__cagewright_verb make minimise' -l jobs -x -d 'Number of parallel trials'
complete -c cagewright -n '__cagewright_verb trace' -l for -x -d 'How long to watch a running cage, or at least with --attach'
complete -c cagewright -n '__cagewright_verb trace' -l add -d 'Add this run to the stored trace'
complete -c cagewright -n '__cagewright_verb plan' -l dry-run -d 'Do not store the decisions'
complete -c cagewright -n '__cagewright_verb trial' -l unit -d 'Test it as a service of the running systemd, with the unit that `cagewright unit` prints'
complete -c cagewright -n '__cagewright_verb trial selftest' -l dropin -x -a '(__cagewright_services)' -d 'Test with the drop-in for this service of the host'
complete -c cagewright -n '__cagewright_verb adopt' -l client-probe -x -d 'Shell line that asks as a client does, on the host'
complete -c cagewright -n '__cagewright_verb adopt' -l copy-data -d 'Give the cage a copy of the state'
complete -c cagewright -n '__cagewright_verb release' -l keep -x -a 'host cage' -d 'Whose state to keep if both sides changed'
complete -c cagewright -n '__cagewright_verb release remove template sessions' -l yes -d 'Do not ask'
complete -c cagewright -n '__cagewright_verb export' -l format -x -a 'tar oci quadlet kubernetes portable seccomp' -d 'tar: the whole cage. oci: an image for podman, Docker and Kubernetes. quadlet: units for p'
complete -c cagewright -n '__cagewright_verb export' -l output -s o -r -F -d 'Write to this new file or folder'
complete -c cagewright -n '__cagewright_verb export' -l with-data -d 'Include the application\'s data'
complete -c cagewright -n '__cagewright_verb export' -l allow-secret-export -d 'Put secrets of the cage into the image'
complete -c cagewright -n '__cagewright_verb import' -l allow-secret -r -F -d 'Let later builds copy this secret of this machine, as the archive asks'
complete -c cagewright -n '__cagewright_verb import' -l allow-setuid -r -F -d 'Import this file with its setuid or setgid bit'
complete -c cagewright -n '__cagewright_verb import' -l allow-write -r -F -d 'Let the cage write to this directory of persons or other services, which it mounts'
complete -c cagewright -n '__cagewright_verb import' -l name -x -d 'Give the cage another name'
complete -c cagewright -n '__cagewright_verb import' -l yes -d 'Import without asking: its probes run as root'
complete -c cagewright -n '__cagewright_verb import' -l dry-run -d 'Verify and show the archive, import nothing'
complete -c cagewright -n '__cagewright_verb import' -l no-trial -d 'Do not test whether it answers here'
complete -c cagewright -n '__cagewright_verb run' -l print -d 'Print the shell commands instead'
complete -c cagewright -n '__cagewright_verb run' -l stop-timeout -x -d 'Kill it this long after SIGTERM'
complete -c cagewright -n '__cagewright_verb run' -l raw -d 'Pass control sequences to the terminal instead of showing them as text'
complete -c cagewright -n '__cagewright_verb shell' -l keep-writes -d 'Keep what the shell writes to the application\'s data'
complete -c cagewright -n '__cagewright_verb unit' -l dropin -x -a '(__cagewright_services)' -d 'Write a drop-in that moves this service of the host into the cage'
complete -c cagewright -n '__cagewright_verb unit' -l install -d 'Write the result where the host reads it, such as /etc/systemd/system'
complete -c cagewright -n '__cagewright_verb unit' -l uninstall -d 'Remove what --install wrote'
complete -c cagewright -n '__cagewright_verb unit' -l score -d 'Show systemd\'s exposure rating before and after'
complete -c cagewright -n '__cagewright_verb unit watch' -l dry-run -d 'Show what --install or --uninstall would do'
complete -c cagewright -n '__cagewright_verb unit' -l root -r -F -d 'Read the units of another system\'s file tree'
complete -c cagewright -n '__cagewright_verb unit' -l logrotate -d 'Print a logrotate file for the cage\'s logs instead'
complete -c cagewright -n '__cagewright_verb unit' -l deploy-hook -d 'Print a certbot hook that reloads a renewed certificate instead'
complete -c cagewright -n '__cagewright_verb show' -l history -d 'Show the cage\'s log'
complete -c cagewright -n '__cagewright_verb show' -l record -d 'Show the record of the last trial'
complete -c cagewright -n '__cagewright_verb selftest' -l network -x -a 'host none' -d 'Network of the test'
complete -c cagewright -n '__cagewright_verb selftest' -l alarm -d 'Also measure which techniques raise an alarm, for the record'
complete -c cagewright -n '__cagewright_verb selftest' -l unit -d 'Test the unit that `cagewright unit` prints, under the running systemd, or the running uni'
complete -c cagewright -n '__cagewright_verb selftest' -l container -x -d 'Test inside a running container of podman or Docker'
complete -c cagewright -n '__cagewright_verb selftest' -l pid -x -a '(__fish_complete_pids)' -d 'Test inside the sandbox of a running process, such as a chroot jail'
complete -c cagewright -n '__cagewright_verb selftest' -l program -r -F -d 'Write the program that tries the techniques to a new FILE, to run it in any sandbox'
complete -c cagewright -n '__cagewright_verb watch' -l format -x -a 'text json ecs rfc5424' -d 'Format of an alarm'
complete -c cagewright -n '__cagewright_verb watch' -l on-alarm -x -a 'report stop freeze' -d 'Reaction to alarms of severity HIGH: `report` only prints them, `stop` stops the cage, `fr'
complete -c cagewright -n '__cagewright_verb watch' -l stop-timeout -x -d 'With `--on-alarm stop`, kill it this long after SIGTERM'
complete -c cagewright -n '__cagewright_verb watch' -l check-every -x -d 'Seconds between two checks of the cages\' files, 0 for none'
complete -c cagewright -n '__cagewright_verb watch' -l journal -d 'Also write alarms to the journal'
complete -c cagewright -n '__cagewright_verb watch' -l with-tests -d 'Also report alarms that trials and self-tests cause'
complete -c cagewright -n '__cagewright_verb watch' -l install -d 'Install and start a systemd unit that watches'
complete -c cagewright -n '__cagewright_verb watch' -l uninstall -d 'Stop and remove that unit'
complete -c cagewright -n '__cagewright_verb check update' -l all -d 'All cages on this machine'
complete -c cagewright -n '__cagewright_verb check' -l deep -d 'Read every file, even if its size and timestamps have not changed'
complete -c cagewright -n '__cagewright_verb check' -l nagios -d 'Print one line and exit as monitoring expects'
complete -c cagewright -n '__cagewright_verb check' -l accept -x -d 'Acknowledge this finding, with your name and the time'
complete -c cagewright -n '__cagewright_verb check' -l until -x -d 'Last day on which --accept counts'
complete -c cagewright -n '__cagewright_verb check' -l revoke -x -d 'Report an acknowledged finding again'
complete -c cagewright -n '__cagewright_verb stale' -l mark -d 'Store the result, so that `list` shows these cages as outdated'
complete -c cagewright -n '__cagewright_verb metrics' -l output -s o -r -F -d 'Write to this file, readable by everybody, in one step'
complete -c cagewright -n '__cagewright_verb metrics' -l force -d 'Replace a file that Cagewright did not write'
complete -c cagewright -n '__cagewright_verb update' -l yes -d 'Keep your edits in the cage, even if the host\'s configuration changed too'
complete -c cagewright -n '__cagewright_verb update' -l configuration -x -a 'keep host' -d 'Version of a configuration file to use if it was edited in the cage and also changed on th'
complete -c cagewright -n '__cagewright_verb update' -l take-missed -d 'Add files that `trace NAME --for` found missing'
complete -c cagewright -n '__cagewright_verb update' -l include -r -F -d 'Add these files that `trace NAME --for` found missing, although not every account may read'
complete -c cagewright -n '__cagewright_verb update rollback minimise' -l no-restart -d 'Do not restart the running application'
complete -c cagewright -n '__cagewright_verb update' -l keep-generations -x -d 'From now on, keep this many old generations'
complete -c cagewright -n '__cagewright_verb update' -l keep-days -x -d 'From now on, remove old generations after this many days, except the one that `rollback` r'
complete -c cagewright -n '__cagewright_verb rollback' -l to -x -d 'Go to this generation'
complete -c cagewright -n '__cagewright_verb minimise' -l exercise -x -d 'Shell line that must also pass in every trial, from now on'
complete -c cagewright -n '__cagewright_verb minimise' -l for -x -d 'End the search after this time'
complete -c cagewright -n '__cagewright_verb minimise' -l yes -d 'Build the smaller cage without asking'
complete -c cagewright -n '__cagewright_verb minimise' -l dry-run -d 'Show what would be tried and what stays'
complete -c cagewright -n '__cagewright_verb remove' -l keep-data -d 'Keep the application\'s data'
complete -c cagewright -n '__cagewright_verb record' -l all -d 'Write the records of all cages into the folder of -o, with an index'
complete -c cagewright -n '__cagewright_verb record' -l format -x -a 'md html json cyclonedx' -d 'Format'
complete -c cagewright -n '__cagewright_verb record' -l output -s o -r -F -d 'Write to this file, or with --all this folder, readable by its owner only'
complete -c cagewright -n '__cagewright_verb record' -l force -d 'Replace files that Cagewright did not write'
complete -c cagewright -n '__cagewright_verb record' -l checksum -d 'Write its SHA-256 to a second file and to the cage\'s log'
complete -c cagewright -n '__cagewright_verb record' -l verify -r -F -d 'Check instead whether this file is an unchanged record of the cage'
complete -c cagewright -n '__cagewright_verb record' -l purpose -x -d 'Purpose of the cage'
complete -c cagewright -n '__cagewright_verb record' -l initiated-by -x -d 'Person who initiated it'
complete -c cagewright -n '__cagewright_verb record' -l implemented-by -x -d 'Person who implemented it'
complete -c cagewright -n '__cagewright_verb record' -l approved-by -x -d 'Person who approves the present generation and accepts the remaining risk'
complete -c cagewright -n '__cagewright_verb template' -l as -x -d 'Name of the saved or imported template'
complete -c cagewright -n '__cagewright_verb template' -l output -s o -r -F -d 'Write to this new file'
complete -c cagewright -n '__cagewright_verb template' -l replace -d 'Replace a template of that name'
complete -c cagewright -n '__cagewright_verb template' -l dry-run -d 'Show those commands and import nothing'
complete -c cagewright -n '__cagewright_verb doctor' -l fix -d 'Install missing packages with the system\'s package manager'
complete -c cagewright -n '__cagewright_verb install' -l timer -x -a 'check update none' -d 'Task of the daily timer'
complete -c cagewright -n '__cagewright_verb install uninstall' -l root -r -F -d 'Work on another system\'s file tree'
