#compdef sample-tool
# zsh completion for sample-tool; made by `sample-tool completion zsh`
_sample_tool() {
  local curcontext=$curcontext state state_descr line ret=1
  local -a commands
  typeset -A opt_args
  _arguments -C \
    '*'{-f,--config}'[configuration]:FILE:_files' \
    '*'{-p,--jobs}'[how many at once]:N: ' \
    '*--json[print JSON]' \
    '*'{-q,--quiet}'[say nothing]' \
    '*'{-v,--verbose}'[say more]' \
    '(- *)'{-h,--help}'[print help]' \
    '(- *)'{-V,--version}'[print the version]' \
    '1: :->command' '*:: :->rest' && ret=0
  case $state in
    command)
      commands=(
        'publish:does publish'
        'keys:new'
        'config:set, get'
        'completion:does completion'
        'serve:does serve'
      )
      _describe -t commands command commands && ret=0
      ;;
    rest)
      case $words[1] in
        publish|release)
          _arguments \
            '*--version[which version]:VERSION: ' \
            '*'{-c,--channel}'[where to]:CHANNEL:(stable beta nightly)' \
            '*--skip[stages and destinations to leave out]:LIST: ' \
            '*--out[where the files go; its name is `odd` and isn'\''t \[plain\]\: ~^\\]:DIR:_files -/' \
            '*--a-rather-long-name-of-an-option[what stands on its own line]:WITH-A-VALUE: ' \
            '*--dry-run[change nothing]' \
            '*'{-f,--config}'[configuration]:FILE:_files' \
            '*'{-p,--jobs}'[how many at once]:N: ' \
            '*--json[print JSON]' \
            '*'{-q,--quiet}'[say nothing]' \
            '*'{-v,--verbose}'[say more]' \
            '(- *)'{-h,--help}'[print help]' && ret=0
          ;;
        completion)
          _arguments \
            '*'{-f,--config}'[configuration]:FILE:_files' \
            '*'{-p,--jobs}'[how many at once]:N: ' \
            '*--json[print JSON]' \
            '*'{-q,--quiet}'[say nothing]' \
            '*'{-v,--verbose}'[say more]' \
            '1:SHELL:(bash zsh fish)' \
            '(- *)'{-h,--help}'[print help]' && ret=0
          ;;
        serve)
          _arguments \
            '*'{-f,--config}'[configuration]:FILE:_files' \
            '*'{-p,--jobs}'[how many at once]:N: ' \
            '*--json[print JSON]' \
            '*'{-q,--quiet}'[say nothing]' \
            '*'{-v,--verbose}'[say more]' \
            '1:DIR:_files -/' \
            '2::FILE:_files' \
            '(- *)'{-h,--help}'[print help]' && ret=0
          ;;
        keys)
          _arguments -C '1: :->second' '*:: :->third' && ret=0
          case $state in
            second)
              commands=(
                'new:does keys new'
              )
              _describe -t commands command commands && ret=0
              ;;
            third)
              case $words[1] in
                new)
                  _arguments \
                    '*--out[name of the key]:FILE:_files' \
                    '*'{-f,--config}'[configuration]:FILE:_files' \
                    '*'{-p,--jobs}'[how many at once]:N: ' \
                    '*--json[print JSON]' \
                    '*'{-q,--quiet}'[say nothing]' \
                    '*'{-v,--verbose}'[say more]' \
                    '(- *)'{-h,--help}'[print help]' && ret=0
                  ;;
              esac
              ;;
          esac
          ;;
        config)
          _arguments -C '1: :->second' '*:: :->third' && ret=0
          case $state in
            second)
              commands=(
                'set:does config set'
                'get:does config get'
              )
              _describe -t commands command commands && ret=0
              ;;
            third)
              case $words[1] in
                set)
                  _arguments \
                    '*'{-f,--config}'[configuration]:FILE:_files' \
                    '*'{-p,--jobs}'[how many at once]:N: ' \
                    '*--json[print JSON]' \
                    '*'{-q,--quiet}'[say nothing]' \
                    '*'{-v,--verbose}'[say more]' \
                    '1:KEY:(channel pin)' \
                    '2:VALUE: ' \
                    '(- *)'{-h,--help}'[print help]' && ret=0
                  ;;
                get)
                  _arguments \
                    '*'{-f,--config}'[configuration]:FILE:_files' \
                    '*'{-p,--jobs}'[how many at once]:N: ' \
                    '*--json[print JSON]' \
                    '*'{-q,--quiet}'[say nothing]' \
                    '*'{-v,--verbose}'[say more]' \
                    '1::KEY: ' \
                    '(- *)'{-h,--help}'[print help]' && ret=0
                  ;;
              esac
              ;;
          esac
          ;;
      esac
      ;;
  esac
  return ret
}
if [[ $funcstack[1] == _sample_tool ]]; then
  _sample_tool "$@"
else
  compdef _sample_tool sample-tool
fi
