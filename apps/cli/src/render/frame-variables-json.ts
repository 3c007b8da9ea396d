/** Variables of frames as the schema gospy.dump/1 has them, with values as in gospy.var/1. */
import type { FrameVariable, FrameVariables } from '@gospy/goruntime'
import { valueJson } from './value-json.js'

export function frameVariablesJson({ arguments: parameters, results, locals, error }: FrameVariables) {
  return {
    arguments: parameters.map(variableJson),
    results: results.map(variableJson),
    locals: locals.map(variableJson),
    localsError: error,
  }
}

function variableJson({ name, type, line, shadowed, value, unavailable }: FrameVariable) {
  return { name, type, line, shadowed, value: value && valueJson(value), unavailable }
}
