/** Reads common information entries (DWARF 5, section 6.4.1; LSB 5.0, Core, section 10.6.1.1). */
import type { Cursor } from '@gospy/bytes'
import { DW_EH_PE } from '../constants/call-frame.js'
import { type PointerBases, readEncodedPointer } from './eh-pointer.js'
import type { CommonInformation } from './frame-entry.js'

/** Longer than any augmentation string that was ever used. */
const MAX_AUGMENTATION = 32

interface Context {
  readonly format: 32 | 64
  readonly isEh: boolean
  /** Bytes of an address, for versions that do not say it. */
  readonly addressSize: number
  readonly bases: PointerBases
}

/**
 * @param cursor behind the id, over the entry
 * @throws FormatError for a version or an augmentation that is not known
 */
export function parseCommonInformation(cursor: Cursor, offset: number, context: Context): CommonInformation {
  const version = cursor.u8()
  if (![1, 3, 4].includes(version))
    cursor.fail(`call frame information of version ${version} (1, 3, 4 are known)`, offset)
  const augmentation = readAugmentation(cursor)
  let { addressSize } = context
  if (version >= 4) {
    addressSize = cursor.u8()
    const selectorSize = cursor.u8()
    if (![2, 4, 8].includes(addressSize)) cursor.fail(`addresses of ${addressSize} bytes are not supported`, offset)
    if (selectorSize !== 0) cursor.fail(`segment selectors of ${selectorSize} bytes are not supported`, offset)
  }
  // GCC 2 put a pointer to its own tables here.
  if (augmentation === 'eh') cursor.skip(addressSize)
  const codeAlignment = cursor.uleb128()
  const dataAlignment = cursor.sleb128()
  const returnAddressRegister = version === 1 ? cursor.u8() : cursor.uleb128()
  const data = augmentation.startsWith('z') ? cursor.sub(cursor.uleb128()) : undefined
  const augmented = readAugmentationData(augmentation, data, offset, cursor, addressSize, context.bases)
  return {
    offset,
    end: cursor.end,
    version,
    format: context.format,
    augmentation,
    addressSize,
    codeAlignment,
    dataAlignment,
    returnAddressRegister,
    ...augmented,
    isEh: context.isEh,
    instructionsOffset: cursor.offset,
  }
}

function readAugmentation(cursor: Cursor): string {
  let text = ''
  for (;;) {
    const byte = cursor.u8()
    if (byte === 0) return text
    if (text.length >= MAX_AUGMENTATION) cursor.fail(`an augmentation of more than ${MAX_AUGMENTATION} letters`)
    text += String.fromCharCode(byte)
  }
}

type Augmented = Pick<
  CommonInformation,
  'pointerEncoding' | 'lsdaEncoding' | 'personality' | 'isSignalFrame' | 'usesKeyB' | 'augmentationData'
>

function readAugmentationData(
  augmentation: string,
  data: Cursor | undefined,
  offset: number,
  cursor: Cursor,
  addressSize: number,
  bases: PointerBases,
): Augmented {
  let pointerEncoding: number = DW_EH_PE.absptr
  let lsdaEncoding: number | undefined
  let personality: CommonInformation['personality']
  let isSignalFrame = false
  let usesKeyB = false
  const augmentationData = data === undefined ? new Uint8Array(0) : data.bytes.subarray(data.offset, data.end)
  for (const letter of augmentation === 'eh' || augmentation.startsWith('armcc') ? '' : augmentation) {
    switch (letter) {
      case 'z':
        break
      case 'S':
        isSignalFrame = true
        break
      case 'B':
        usesKeyB = true
        break
      // AArch64: the stack frame is tagged (MTE); nothing to be read.
      case 'G':
        break
      case 'R':
        pointerEncoding = (data ?? cursor).u8()
        break
      case 'L':
        lsdaEncoding = (data ?? cursor).u8()
        break
      case 'P': {
        const from = data ?? cursor
        personality = readEncodedPointer(from, from.u8(), addressSize, bases, true)
        break
      }
      default:
        // With `z` the length tells where the instructions begin, but not what the descriptions look like.
        cursor.fail(`augmentation '${augmentation}' is not known`, offset)
    }
  }
  return { pointerEncoding, lsdaEncoding, personality, isSignalFrame, usesKeyB, augmentationData }
}
