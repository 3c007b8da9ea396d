/** Numbers of the errors that are told apart here (include/uapi/asm-generic/errno-base.h), the same on every CPU. */
export const EPERM = 1
export const ESRCH = 3
export const EIO = 5
export const ECHILD = 10
export const EFAULT = 14
