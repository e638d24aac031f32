# bash completion for sample-tool; made by `sample-tool completion bash`
_sample_tool_offer() {
  local IFS=$' \n' word
  [[ $1 == -W ]] || compopt -o filenames 2>/dev/null
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(compgen "$@" -- "$current")
}
_sample_tool() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command='' word='' words='' skip='' i count=0
  COMPREPLY=()
  if [[ $current == = ]]; then
    current=''
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == = ]]; then
      skip=1
      continue
    elif [[ $skip ]]; then
      skip=''
      continue
    fi
    case $command:$word in
      'publish':--version|'publish':--channel|'publish':-c|'publish':--skip|'publish':--out|'publish':--a-rather-long-name-of-an-option|'keys new':--out|*:--config|*:-f|*:--jobs|*:-p) skip=1 ;;
      *:-*) ;;
      :publish) command='publish' ;;
      :release) command='publish' ;;
      keys:new) command='keys new' ;;
      config:set) command='config set' ;;
      config:get) command='config get' ;;
      :completion) command='completion' ;;
      :serve) command='serve' ;;
      :keys) command='keys' ;;
      :config) command='config' ;;
      *) count=$((count + 1)) ;;
    esac
  done
  case $command:$previous in
    'publish':--version) return ;;
    'publish':--channel|'publish':-c) _sample_tool_offer -W 'stable beta nightly'; return ;;
    'publish':--skip) return ;;
    'publish':--out) _sample_tool_offer -d; return ;;
    'publish':--a-rather-long-name-of-an-option) return ;;
    'keys new':--out) _sample_tool_offer -f; return ;;
    *:--config|*:-f) _sample_tool_offer -f; return ;;
    *:--jobs|*:-p) return ;;
  esac
  if [[ $current == -* ]]; then
    case $command in
      'publish') words='--version --channel -c --skip --out --a-rather-long-name-of-an-option --dry-run --config -f --jobs -p --json --quiet -q --verbose -v --help' ;;
      'keys new') words='--out --config -f --jobs -p --json --quiet -q --verbose -v --help' ;;
      'config set') words='--config -f --jobs -p --json --quiet -q --verbose -v --help' ;;
      'config get') words='--config -f --jobs -p --json --quiet -q --verbose -v --help' ;;
      'completion') words='--config -f --jobs -p --json --quiet -q --verbose -v --help' ;;
      'serve') words='--config -f --jobs -p --json --quiet -q --verbose -v --help' ;;
      *) words='--config -f --jobs -p --json --quiet -q --verbose -v --help --version' ;;
    esac
    _sample_tool_offer -W "$words"
    return
  fi
  case $command:$count in
    :0) _sample_tool_offer -W 'publish keys config completion serve'; return ;;
    'config set':0) _sample_tool_offer -W 'channel pin'; return ;;
    'completion':0) _sample_tool_offer -W 'bash zsh fish'; return ;;
    'serve':0) _sample_tool_offer -d; return ;;
    'serve':1) _sample_tool_offer -f; return ;;
    keys:0) _sample_tool_offer -W 'new'; return ;;
    config:0) _sample_tool_offer -W 'set get'; return ;;
  esac
}
complete -F _sample_tool sample-tool
