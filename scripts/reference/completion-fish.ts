import { type Completion, type Kind, type OptionCompletion, optionsWithValue } from "./completion.ts";

/** complete(1) of fish. */
export function fishCompletion(completion: Completion): string {
	const { global, templates, verbs, wizard } = completion;
	const valued = [...new Set(optionsWithValue(completion).flatMap(({ long, short }) => [short, long].filter(Boolean)))];
	const byOption = new Map<string, string[]>();
	for (const { name, options } of verbs)
		for (const option of options) byOption.set(words(option), [...(byOption.get(words(option)) ?? []), name]);
	return `# fish completion for cagewright. \`npm run reference\` generates this file.

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
            case ${valued.join(" ")}
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
    printf '%s\\n' "$verb" $position $state
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
        set -l name (string replace -r '(/|\\.json)$' '' $path | string replace -r '.*/' '')
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
    printf '%s\\n' ${templates.join(" ")}
    __cagewright_names templates .json
end

function __cagewright_services
    for path in /{etc,run,usr/local/lib,usr/lib}/systemd/system/*.service
        string match -q '*@.service' -- $path; or string replace -r '.*/' '' $path
    end
end

complete -c cagewright -f
complete -c cagewright -n '__cagewright_verb --' -F -a '(__fish_complete_command)'
${global.map((option) => `complete -c cagewright ${words(option)}`).join("\n")}
${wizard.map((option) => `complete -c cagewright -n '__cagewright_verb ""' ${words(option)}`).join("\n")}
${verbs.map(({ name, text }) => `complete -c cagewright -n '__cagewright_verb "" help' -a ${name} -d ${quote(text)}`).join("\n")}
complete -c cagewright -n '__cagewright_verb ""' -a help -d 'Show the help of a verb'
${verbs
	.flatMap(({ arguments: all, name }) =>
		all
			.filter(({ kinds }) => kinds.length)
			.flatMap(({ isMany, kinds }, index) =>
				kinds.map(
					(kind) => `complete -c cagewright -n '__cagewright_argument ${name}${isMany ? "" : ` ${index}`}' ${candidates(kind)}`,
				),
			),
	)
	.join("\n")}
${[...byOption].map(([option, names]) => `complete -c cagewright -n '__cagewright_verb ${names.join(" ")}' ${option}`).join("\n")}
`;
}

/** `-l output -s o -r -F -d text`. */
function words({ kinds, long, short, text, value }: OptionCompletion): string {
	const takes = value === "required" ? (kinds.some((kind) => kind === "file" || kind === "folder") ? " -r -F" : " -x") : "";
	const values =
		value === "none" ? [] : kinds.filter((kind) => kind !== "file" && kind !== "folder").map((kind) => ` ${candidates(kind)}`);
	return `-l ${long.slice(2)}${short ? ` -s ${short.slice(1)}` : ""}${takes}${values.join("")} -d ${quote(text)}`;
}

function candidates(kind: Kind): string {
	if (typeof kind !== "string") return `-a ${quote(kind.words.join(" "))}`;
	return kind === "file" || kind === "folder" ? "-F" : `-a '(${functions[kind]})'`;
}

const functions = {
	cage: "__cagewright_cages",
	template: "__cagewright_templates",
	service: "__cagewright_services",
	session: "__cagewright_sessions",
	user: "__fish_complete_users",
	account: "__fish_complete_users; __fish_complete_groups",
	process: "__fish_complete_pids",
	command: "__fish_complete_command",
} as const;

function quote(text: string): string {
	return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
