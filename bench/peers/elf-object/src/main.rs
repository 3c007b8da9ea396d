//! Measures the `object` crate at what bench/elf.mjs measures of @gospy/elf: walking all symbols of a file, and finding
//! one by name (which `object` leaves to the caller). Each time the file is opened (mapped) anew. Prints one JSON object.
use object::{Object, ObjectSymbol};
use std::{env, error::Error, fs::File, time::Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().collect();
    let [_, path, wanted, turns] = args.as_slice() else {
        return Err("usage: elf-object FILE SYMBOL TURNS".into());
    };
    let (mut symbols, mut checksum, mut address) = (0u64, 0u64, 0u64);
    let (mut walk, mut find, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..turns.parse::<u32>()? {
        let start = Instant::now();
        let map = unsafe { memmap2::Mmap::map(&File::open(path)?)? };
        let file = object::File::parse(&*map)?;
        (symbols, checksum) = (0, 0);
        for symbol in file.symbols() {
            // As Go and @gospy/elf do: the name as text, checked to be UTF-8.
            let name = symbol.name()?;
            symbols += 1;
            checksum = checksum.wrapping_add(symbol.address()).wrapping_add(name.len() as u64);
        }
        walk.push(start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        let map = unsafe { memmap2::Mmap::map(&File::open(path)?)? };
        let file = object::File::parse(&*map)?;
        let found = file.symbols().find(|symbol| symbol.name_bytes() == Ok(wanted.as_bytes()));
        address = found.map_or(0, |symbol| symbol.address());
        find.push(start.elapsed().as_secs_f64() * 1e3);

        // For each look-up in an open file, in microseconds.
        let names: Vec<&[u8]> = file.symbols().filter_map(|symbol| symbol.name_bytes().ok()).collect();
        let names: Vec<&[u8]> = names.iter().step_by(names.len() / 100).copied().collect();
        let start = Instant::now();
        for name in &names {
            if !file.symbols().any(|symbol| symbol.name_bytes() == Ok(*name)) {
                return Err("not found".into());
            }
        }
        again.push(start.elapsed().as_secs_f64() * 1e6 / names.len() as f64);
    }
    println!(
        r#"{{"symbols":{symbols},"checksum":"{}","address":"{address}","walkMs":{walk:?},"findMs":{find:?},"againUs":{again:?}}}"#,
        checksum % (1 << 52)
    );
    Ok(())
}
