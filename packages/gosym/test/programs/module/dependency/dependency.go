package dependency

const Answer = 42
