// As ../main.go, by gimli and addr2line.
use std::io::Read;
use std::rc::Rc;
use std::time::Instant;

use object::{Object, ObjectSection};

type Slice = gimli::EndianRcSlice<gimli::RunTimeEndian>;

fn ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

fn rows(dwarf: &gimli::Dwarf<Slice>) -> (u64, u64) {
    let (mut count, mut sum) = (0, 0);
    let mut headers = dwarf.units();
    while let Some(header) = headers.next().unwrap() {
        let unit = dwarf.unit(header).unwrap();
        let Some(program) = unit.line_program.clone() else { continue };
        let mut rows = program.rows();
        while let Some((_, row)) = rows.next_row().unwrap() {
            count += 1;
            sum += row.line().map_or(0, |line| line.get());
        }
    }
    (count, sum)
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let start = Instant::now();
    let file = std::fs::File::open(&arguments[2]).unwrap();
    let map = unsafe { memmap2::Mmap::map(&file).unwrap() };
    let object = object::File::parse(&*map).unwrap();
    let endian = if object.is_little_endian() { gimli::RunTimeEndian::Little } else { gimli::RunTimeEndian::Big };
    let dwarf = gimli::Dwarf::load(|id| -> Result<Slice, object::Error> {
        let data = match object.section_by_name(id.name()) {
            Some(section) => section.uncompressed_data()?.into_owned(),
            None => vec![],
        };
        Ok(Slice::new(Rc::from(data), endian))
    })
    .unwrap();
    let open = ms(start);
    if arguments[1] == "rows" {
        let start = Instant::now();
        let (count, sum) = rows(&dwarf);
        let took = ms(start);
        println!("{{\"open\":{open},\"rows\":{took},\"found\":\"{count} rows, sum of lines {sum}\"}}");
        return;
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let start = Instant::now();
    let context = addr2line::Context::from_dwarf(dwarf).unwrap();
    let mut found = vec![];
    let (mut first, mut since) = (0.0, start);
    for line in text.lines() {
        let pc = u64::from_str_radix(line, 16).unwrap();
        let place = context.find_location(pc).unwrap();
        found.push(place.map_or("?".to_string(), |place| {
            format!("{}:{}", place.file.unwrap_or(""), place.line.unwrap_or(0))
        }));
        if found.len() == 1 {
            first = ms(start);
            since = Instant::now();
        }
    }
    let others = ms(since);
    println!("{{\"open\":{open},\"first\":{first},\"others\":{others},\"found\":{found:?}}}");
}
