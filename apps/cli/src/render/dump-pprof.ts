/** `gospy dump` as a goroutine profile: as text and as protocol buffers. */
export { writePprofProto } from './pprof-proto.js'
export { writePprofText } from './pprof-text.js'
