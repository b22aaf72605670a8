declare module "virtual:licences" {
  const licences: import("./licences").Licences;
  export default licences;
}
