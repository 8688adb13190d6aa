import type { Driver } from "unstorage";

/** The driver, with its values where its client alone does not look for them. */
export function shiftedDriver(driver: Driver, place = "shifted"): Driver {
  const shift = (key = ""): string => `${place}:${key}`;
  const back = (key: string): string => key.slice(place.length + 1);
  const { getItems } = driver;
  return {
    ...driver,
    hasItem: (key, options) => driver.hasItem(shift(key), options),
    getItem: (key, options) => driver.getItem(shift(key), options),
    ...(getItems && {
      getItems: async (items, options) => {
        const found = await getItems(
          items.map((item) => ({ ...item, key: shift(item.key) })),
          options,
        );
        return found.map(({ key, value }) => ({ key: back(key), value }));
      },
    }),
    setItem: (key, value, options) => driver.setItem!(shift(key), value, options),
    removeItem: (key, options) => driver.removeItem!(shift(key), options),
    getKeys: async (base, options) => (await driver.getKeys(shift(base), options)).map(back),
  };
}
