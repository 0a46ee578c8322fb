# bash completion for cagewright
_cagewright() {
	local current=${COMP_WORDS[COMP_CWORD]} verb= word words state=${CAGEWRIGHT_STATE:-/var/lib/cagewright}
	local at
	for ((at = 1; at < COMP_CWORD; at++)); do
		word=${COMP_WORDS[at]}
		case $word in
		--state) state=${COMP_WORDS[at + 1]} ;;
		-*) ;;
		*) [ "${COMP_WORDS[at - 1]}" = --state ] || verb=${verb:-$word} ;;
		esac
	done
	if [ -z "$verb" ]; then
		words='@VERBS@'
	else
		case $verb in
@OPTIONS@
		esac
		[[ $current == -* ]] || words="$words $(cd "$state/cages" 2>/dev/null && printf '%s ' *)"
	fi
	COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _cagewright cagewright
