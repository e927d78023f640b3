import Foundation
import Reconciler
import StateRepo
import Testing

@Suite("When the repository is looked after")
struct MaintenanceRulesTests {
    private static let begun = Date(timeIntervalSince1970: 1_000_000)
    private let rules = MaintenanceRules(begun: begun)

    private func task(
        loose: Int = 0,
        packs: Int = 0,
        after last: MaintenanceRun? = nil,
        cleaned: TimeInterval = 0,
        at seconds: TimeInterval = 60
    ) -> MaintenanceTask? {
        rules.task(
            for: RepositoryCensus(looseObjects: loose, packs: packs),
            after: last,
            cleaned: Self.begun + cleaned,
            at: Self.begun + seconds
        )
    }

    private func run(
        _ result: MaintenanceRun.Result,
        of task: MaintenanceTask = .pack,
        endedAt seconds: TimeInterval
    ) -> MaintenanceRun {
        let time = Self.begun + seconds
        return MaintenanceRun(
            task,
            began: time - 1,
            ended: time,
            result: result,
            census: RepositoryCensus(looseObjects: 0, packs: 1)
        )
    }

    @Test("too many files are packed at once, as many as may be are not")
    func counts() {
        let (loose, packs) = (MaintenanceRules.maximumLooseObjects, MaintenanceRules.maximumPacks)
        #expect(task(loose: loose, packs: packs) == nil)
        #expect(task(loose: loose + 1) == .pack)
        #expect(task(packs: packs + 1) == .pack)
    }

    @Test("few files are packed once a day, and a single pack is left alone")
    func age() {
        let day: TimeInterval = 24 * 3_600
        #expect(task(loose: 1, at: day - 1) == nil)
        #expect(task(loose: 1, at: day) == .pack)
        #expect(task(packs: 2, at: day) == .pack)
        #expect(task(packs: 1, at: day) == nil)
        #expect(task(loose: 1, after: run(.succeeded, endedAt: 3_600), at: day) == nil)
        #expect(task(loose: 1, after: run(.succeeded, endedAt: 3_600), at: day + 3_600) == .pack)
    }

    @Test("a failure is tried again after ten minutes")
    func failure() {
        let failed = run(.failed("no"), endedAt: 100)
        #expect(task(loose: 5_000, after: failed, at: 699) == nil)
        #expect(task(loose: 5_000, after: failed, at: 700) == .pack)
        #expect(task(after: failed, cleaned: -10_000_000, at: 699) == nil)
    }

    @Test("what failed is tried again although the counts do not call for it", arguments: MaintenanceTask.allCases)
    func failureByAge(failed: MaintenanceTask) {
        let last = run(.failed("no"), of: failed, endedAt: 100)
        #expect(task(packs: 1, after: last, at: 699) == nil)
        #expect(task(packs: 1, after: last, at: 700) == failed)
        #expect(task(loose: 1, after: last, at: 700) == failed)
        #expect(task(packs: 1, after: last, cleaned: -10_000_000, at: 700) == .clean)
        #expect(task(packs: 1, after: run(.succeeded, of: failed, endedAt: 100), at: 700) == nil)
    }

    @Test("everything is cleaned once a week, whoever did so last")
    func cleaning() {
        let week: TimeInterval = 7 * 24 * 3_600
        #expect(task(packs: 1, cleaned: 0, at: week - 1) == nil)
        #expect(task(packs: 1, cleaned: 0, at: week) == .clean)
        #expect(task(loose: 5_000, cleaned: -week, at: 60) == .clean)
    }
}
