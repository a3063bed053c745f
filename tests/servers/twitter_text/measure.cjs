// Answers each line, a text as JSON, with what twitter-text says of it.
const readline = require("node:readline");
const twitter = require("twitter-text");

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const text = JSON.parse(line);
  const measured = {
    units: twitter.parseTweet(text).weightedLength,
    links: twitter.extractUrls(text),
    cashtags: twitter.extractCashtags(text),
  };
  process.stdout.write(JSON.stringify(measured) + "\n");
});
