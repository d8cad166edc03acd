import type { CompletedFlag, CompletedVerb } from './model.ts';

/** Writes the completion for PowerShell, from version 5 on. Where it finds nothing, PowerShell completes paths. */
export function powershellCompletion(verbs: readonly CompletedVerb[]): string {
  const flags = new Map(verbs.flatMap((verb) => verb.flags.map((flag) => [flag.flag, flag] as const)));
  const withValue = [...flags.values()].filter(({ value }) => value.kind !== 'none');
  const choices = verbs.flatMap(({ name, words }) =>
    words.map((each, at) => `    ${quoted(`${name} ${at}`)} = ${list(each)}`),
  );
  return `# PowerShell completion for flants, written by: flants completion powershell
Register-ArgumentCompleter -Native -CommandName flants -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $verbs = [ordered]@{
${verbs.map(({ name, text }) => `    ${quoted(name)} = ${quoted(text)}`).join('\n')}
  }
  $flags = @{
${verbs.map((verb) => `    ${quoted(verb.name)} = [ordered]@{\n${verb.flags.map(flagLine).join('\n')}\n    }`).join('\n')}
  }
  $values = @{
${withValue.map(valueLine).join('\n')}
  }
  $choices = @{
${choices.join('\n')}
  }
  $typed = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })
  $words = @()
  for ($i = 1; $i -lt $typed.Count; $i++) {
    if (-not $typed[$i].StartsWith('-') -and -not $values.ContainsKey($typed[$i - 1])) { $words += $typed[$i] }
  }
  $found = [ordered]@{}
  if ($values.ContainsKey($typed[-1])) { $values[$typed[-1]] | ForEach-Object { $found[$_] = $_ } }
  elseif ($words.Count -eq 0) { $found = $verbs }
  elseif ($wordToComplete.StartsWith('-')) { if ($flags.ContainsKey($words[0])) { $found = $flags[$words[0]] } }
  else { @($choices["$($words[0]) $($words.Count - 1)"]) | Where-Object { $_ } | ForEach-Object { $found[$_] = $_ } }
  foreach ($each in $found.Keys) {
    if ($each.StartsWith($wordToComplete)) {
      [System.Management.Automation.CompletionResult]::new($each, $each, 'ParameterValue', $found[$each])
    }
  }
}
`;
}

function flagLine({ flag, text }: CompletedFlag): string {
  return `      ${quoted(flag)} = ${quoted(text)}`;
}

function valueLine({ flag, value }: CompletedFlag): string {
  return `    ${quoted(flag)} = ${value.kind === 'words' ? list(value.words) : '@()'}`;
}

function list(words: readonly string[]): string {
  return `@(${words.map(quoted).join(', ')})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
