export { type ByteSource, BytesSource, plainBytes, toByteSource } from './byte-source.js'
export { Cursor, type CursorOptions } from './cursor.js'
export { FormatError, type FormatErrorPlace } from './format-error.js'
export { MemoryCache } from './memory-cache.js'
export {
  type MemoryRange,
  type MemoryReader,
  readExactly,
  readPointers,
  UnreadableMemoryError,
} from './memory-reader.js'
export { PagedBytes, type PagedBytesOptions } from './paged-bytes.js'
export { decodeLatin1, decodeUtf8, indexOfBytes, lastIndexOfBytes } from './text.js'
